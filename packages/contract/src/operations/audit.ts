import * as z from 'zod';
import { AuditCheck, AuditEventPage, AuditOutcome } from '../entities/audit.ts';
import { Time } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

export const auditList: ListFields = {
  filters: {
    id: 'id',
    sequence: 'number',
    at: 'datetime',
    actorKind: ['user', 'api_key', 'system', 'anonymous'],
    actorId: 'string',
    actorName: 'string',
    surface: 'string',
    operation: 'string',
    outcome: AuditOutcome.options,
    errorCode: 'string',
    targetKind: 'string',
    targetId: 'string',
    requestId: 'string',
    address: 'string',
  },
  sorts: ['sequence', 'at'],
  defaultSort: [{ field: 'sequence', order: 'desc' }],
};

export const audit = {
  list: operation({
    name: 'audit.list',
    description: 'What was done and what was refused, newest first',
    effect: 'read',
    permission: 'view_audit',
    input: listInput(auditList),
    output: AuditEventPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/audit'],
    graphql: 'auditPage',
    mcp: 'ratchet_list_audit',
    cli: 'server audit',
    list: auditList,
  }),
  export: operation({
    name: 'audit.export',
    description: 'The audit as one file, oldest first',
    effect: 'read',
    permission: 'view_audit',
    input: z.object({
      format: z.enum(['json', 'csv']).default('json'),
      from: Time.optional().describe('Not before'),
      to: Time.optional().describe('Before'),
    }),
    output: z
      .object({
        format: z.enum(['json', 'csv']),
        fileName: z.string(),
        count: z.int().describe('Events'),
        content: z.string().describe('The file, base64'),
      })
      .meta({ id: 'AuditExport', description: 'The audit as one file' }),
    errors: ['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE'],
    rest: ['GET', '/audit/export'],
    graphql: 'exportAudit',
    mcp: 'ratchet_export_audit',
    cli: 'server audit --export',
    rawOutput: { member: 'content', type: 'text/csv', fileName: 'fileName', when: ({ format }) => format === 'csv' },
  }),
  verify: operation({
    name: 'audit.verify',
    description: 'Whether any event of the audit was changed, taken out or put in',
    effect: 'read',
    permission: 'view_audit',
    input: z.object({
      lastHash: z.string().max(100).optional().describe('A hash kept elsewhere, which the chain must still have'),
    }),
    output: AuditCheck,
    errors: [],
    rest: ['GET', '/audit/verify'],
    graphql: 'verifyAudit',
    mcp: 'ratchet_verify_audit',
    cli: 'server audit --verify',
  }),
} as const;
