import * as z from 'zod';
import { Delivery, DeliveryPage, DeliveryStatus } from '../entities/output.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
export const deliveryList: ListFields = {
  filters: {
    id: 'id',
    executionId: 'id',
    destinationId: 'id',
    destinationName: 'string',
    taskName: 'string',
    status: DeliveryStatus.options,
    attempts: 'number',
    createdAt: 'datetime',
    deliveredAt: 'datetime',
  },
  sorts: ['id', 'createdAt', 'deliveredAt', 'attempts', 'status', 'destinationName'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

export const deliveries = {
  list: operation({
    name: 'deliveries.list',
    description: 'Deliveries of outputs, newest first',
    effect: 'read',
    permission: 'read',
    input: listInput(deliveryList),
    output: DeliveryPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/deliveries'],
    graphql: 'deliveriesPage',
    mcp: 'ratchet_list_deliveries',
    cli: 'output deliveries',
    list: deliveryList,
  }),
  get: operation({
    name: 'deliveries.get',
    description: 'One delivery with all its attempts',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Delivery,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/deliveries/{id}'],
    graphql: 'delivery',
    mcp: 'ratchet_get_delivery',
    targets: [{ kind: 'delivery', member: 'id' }],
    cli: 'output delivery',
  }),
  retry: operation({
    name: 'deliveries.retry',
    description: 'Send an output again, also one that was delivered; the delivery keeps its id',
    effect: 'write',
    permission: 'run',
    input: z.object(byId),
    output: Delivery,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/deliveries/{id}/retry'],
    graphql: 'retryDelivery',
    mcp: 'ratchet_retry_delivery',
    targets: [{ kind: 'delivery', member: 'id' }],
    cli: 'output retry',
    accepted: () => true,
  }),
} as const;
