import { fullRights, type KeyLimits, type Rights } from '@ratchet/contract/access';
import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { operations } from '@ratchet/contract/operations/table';
import type { McpLog } from '@ratchet/transports/mcp/options';
import { serveMcpStdio } from '@ratchet/transports/mcp/serve-stdio';
import { guidePages } from './guide-pages.ts';
import { version } from './version.ts';

/** Who the server says is asking; null where it signs nobody in. */
export interface McpIdentity extends Pick<Rights, 'role' | 'permissions'> {
  readonly id: string;
  readonly name: string;
  readonly kind: Caller['actor']['kind'];
  /** Of a key. */
  readonly tools: KeyLimits['tools'];
}

/** Speaks MCP over standard input and output for whoever the dispatcher's server takes it for, until the client leaves. */
export const serveMcp = (dispatcher: Dispatcher, identity: McpIdentity | null, log: McpLog): Promise<void> =>
  serveMcpStdio(
    { operations, dispatcher, version, log, documents: guidePages() },
    {
      actor: identity
        ? { kind: identity.kind, id: identity.id, name: identity.name }
        : { kind: 'anonymous', id: 'anonymous', name: 'anonymous' },
      // What is listed goes by these; what is allowed, the server decides with each call.
      rights: identity
        ? {
            role: identity.role,
            permissions: identity.permissions,
            grants: null,
            key: identity.tools
              ? { repositoryIds: null, taskPatterns: null, tools: identity.tools, maxConcurrency: null }
              : null,
          }
        : fullRights,
      surface: 'mcp',
    },
  );
