import type { Rights } from '@ratchet/contract/access';
import type { Delivery } from '@ratchet/contract/entities/output';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { type DeliveryRow, deliveryById, pageOfDeliveries, resendDelivery } from '@ratchet/store/queries/deliveries';
import { executionById } from '@ratchet/store/queries/executions';
import { destinationById } from '@ratchet/store/queries/output-destinations';
import { deliveryView } from './destination-view.ts';

export type DeliveryDesk = ReturnType<typeof deliveryDesk>;

/** Deliveries as they are and were; sends one again. */
export function deliveryDesk(database: Database) {
  const { db } = database;
  const load = async (id: string): Promise<DeliveryRow> => {
    const row = await deliveryById(db, id);
    if (!row) throw notFound('delivery', id);
    return row;
  };
  return {
    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<Delivery>> {
      const page = await pageOfDeliveries(db, fields, request, reader);
      return { items: page.items.map(deliveryView), meta: page.meta };
    },
    get: async (id: string): Promise<Delivery> => deliveryView(await load(id)),
    async retry(id: string): Promise<Delivery> {
      const { destinationId, executionId, destinationName } = await load(id);
      const conflict = (message: string) => new RatchetError('STATE_CONFLICT', message);
      const destination = await destinationById(db, destinationId);
      if (!destination)
        throw conflict(`The output destination ${destinationName} was removed: there is nowhere to send it.`);
      if (!destination.enabled)
        throw conflict(`The output destination ${destination.name} is disabled. Enable it first.`);
      if (!(await executionById(db, executionId))) throw conflict('The execution is gone, and its output with it.');
      const row = await database.transaction((tx) => resendDelivery(tx, id, destination.maxAttempts));
      if (row) return deliveryView(row);
      await load(id);
      throw conflict('It is being delivered at this moment. Wait until that attempt has ended.');
    },
  };
}
