import { deliveryList } from '@ratchet/contract/operations/deliveries';
import { destinationList } from '@ratchet/contract/operations/output-destinations';
import type { DeliveryDesk } from '@ratchet/execution/outputs/delivery-desk';
import type { DestinationDesk } from '@ratchet/execution/outputs/destination-desk';
import type { EntityHandlers } from './handler.ts';

export const outputDestinationHandlers = (desk: DestinationDesk): EntityHandlers<'outputDestinations'> => ({
  list: { handle: (request) => desk.list(destinationList, request) },
  create: { handle: (input, { actor }) => desk.create(input, actor.name || actor.id) },
  get: { handle: ({ id }) => desk.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => desk.checkRevision(id, expectedRevision),
    handle: ({ id, expectedRevision, ...changes }) => desk.update(id, changes, expectedRevision),
  },
  delete: { handle: ({ id }) => desk.delete(id) },
  test: { handle: ({ id }) => desk.test(id) },
});

export const deliveryHandlers = (desk: DeliveryDesk): EntityHandlers<'deliveries'> => ({
  list: { handle: (request, { rights }) => desk.list(deliveryList, request, rights) },
  get: { handle: ({ id }) => desk.get(id) },
  retry: { handle: ({ id }) => desk.retry(id) },
});
