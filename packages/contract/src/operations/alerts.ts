import * as z from 'zod';
import { Alert, AlertMetric, AlertPage, alertSettings } from '../entities/alert.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };

export const alertList: ListFields = {
  filters: {
    id: 'id',
    name: 'string',
    metric: AlertMetric.options,
    state: ['ok', 'firing'],
    enabled: 'boolean',
    repositoryId: 'id',
  },
  sorts: ['id', 'name', 'state', 'createdAt', 'firedAt'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};

export const alerts = {
  list: operation({
    name: 'alerts.list',
    description: 'Alerts, with whether they fire now',
    effect: 'read',
    permission: 'read',
    input: listInput(alertList),
    output: AlertPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/alerts'],
    graphql: 'alertsPage',
    mcp: 'ratchet_list_alerts',
    cli: 'alert list',
    list: alertList,
  }),
  create: operation({
    name: 'alerts.create',
    description: 'Watch a figure: the alert fires while it is over the threshold',
    effect: 'write',
    permission: 'administer',
    input: z.object(alertSettings),
    output: Alert,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND'],
    rest: ['POST', '/alerts'],
    graphql: 'createAlert',
    mcp: 'ratchet_create_alert',
    targets: [{ kind: 'repository', member: 'repositoryId' }],
    cli: 'alert create',
    creates: true,
  }),
  get: operation({
    name: 'alerts.get',
    description: 'One alert',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Alert,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/alerts/{id}'],
    graphql: 'alert',
    mcp: 'ratchet_get_alert',
    targets: [{ kind: 'alert', member: 'id' }],
    cli: 'alert show',
  }),
  update: operation({
    name: 'alerts.update',
    description: 'Change an alert; only what is given changes',
    effect: 'write',
    permission: 'administer',
    input: z.object({
      ...byId,
      name: alertSettings.name.optional(),
      threshold: alertSettings.threshold.optional(),
      enabled: z.boolean().optional(),
      expectedRevision: z.int().min(1).optional().describe('Refuse unless this is the current revision'),
    }),
    output: Alert,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'ALREADY_EXISTS', 'REVISION_MISMATCH'],
    rest: ['PATCH', '/alerts/{id}'],
    graphql: 'updateAlert',
    mcp: 'ratchet_update_alert',
    targets: [{ kind: 'alert', member: 'id' }],
    cli: 'alert edit',
    precondition: true,
  }),
  delete: operation({
    name: 'alerts.delete',
    description: 'Remove an alert',
    effect: 'destructive',
    permission: 'administer',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/alerts/{id}'],
    graphql: 'deleteAlert',
    mcp: 'ratchet_delete_alert',
    targets: [{ kind: 'alert', member: 'id' }],
    cli: 'alert delete',
  }),
} as const;
