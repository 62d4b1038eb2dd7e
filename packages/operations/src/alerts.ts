import { alertList } from '@ratchet/contract/operations/alerts';
import type { Alerts } from '@ratchet/insight/alerts';
import type { EntityHandlers } from './handler.ts';

export const alertHandlers = (alerts: Alerts): EntityHandlers<'alerts'> => ({
  list: { handle: (request, { rights }) => alerts.list(alertList, request, rights) },
  create: { handle: (settings) => alerts.create(settings) },
  get: { handle: ({ id }) => alerts.get(id) },
  update: {
    precondition: ({ id, expectedRevision }) => alerts.checkRevision(id, expectedRevision),
    handle: ({ id, expectedRevision, name, threshold, enabled }) =>
      alerts.change(
        id,
        {
          ...(name === undefined ? {} : { name }),
          ...(threshold === undefined ? {} : { threshold }),
          ...(enabled === undefined ? {} : { enabled }),
        },
        expectedRevision,
      ),
  },
  delete: { handle: ({ id }) => alerts.remove(id) },
});
