import type { Audit } from '@ratchet/access/audit';
import { auditList } from '@ratchet/contract/operations/audit';
import type { EntityHandlers } from './handler.ts';

export const auditHandlers = (audit: Audit): EntityHandlers<'audit'> => ({
  list: { handle: (request) => audit.list(auditList, request) },
  export: { handle: (request) => audit.export(request) },
  verify: { handle: (request) => audit.verify(request) },
});
