import type { Delivery, OutputDestination } from '@ratchet/contract/entities/output';
import type { DeliveryRow } from '@ratchet/store/queries/deliveries';
import type { DestinationRow } from '@ratchet/store/queries/output-destinations';

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

export function destinationView(
  { keyId: _k, sealed: _s, ...row }: DestinationRow,
  secretFields: string[],
  circuit: OutputDestination['circuit'],
): OutputDestination {
  return {
    ...row,
    config: row.config as OutputDestination['config'],
    secretFields,
    circuit,
    lastDeliveredAt: time(row.lastDeliveredAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export const deliveryView = (row: DeliveryRow): Delivery => ({
  ...row,
  history: row.history.map((attempt) => ({ ...attempt })),
  nextAttemptAt: time(row.nextAttemptAt),
  deliveredAt: time(row.deliveredAt),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
