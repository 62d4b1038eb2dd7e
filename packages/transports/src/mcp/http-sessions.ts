import {
  isInitializeRequest,
  type McpHandlerRequestOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { McpConnection } from './create-server.ts';

export interface SessionLimits {
  /** Sessions at a time over the whole server. 1000 without. */
  readonly most?: number;
  /** Milliseconds without a request after which one is forgotten. 30 minutes without. */
  readonly idleMs?: number;
  /** Milliseconds after which one is forgotten whatever it does. A day without. */
  readonly lifeMs?: number;
}

interface Session {
  readonly owner: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly connection: McpConnection;
  readonly began: number;
  used: number;
  open: number;
}

const minute = 60_000;

/** Sessions of the protocol's versions before 2026, each bound to who began it. */
export function httpSessions(connect: () => McpConnection, limits: SessionLimits = {}, now: () => number = Date.now) {
  const { most = 1000, idleMs = 30 * minute, lifeMs = 24 * 60 * minute } = limits;
  const sessions = new Map<string, Session>();
  const sweeper = setInterval(sweep, minute);
  sweeper.unref();

  return {
    /** `owner` names who asks; `closed` resolves when the answer's stream is at its end. */
    async handle(
      request: Request,
      given: McpHandlerRequestOptions,
      owner: string,
      closed: Promise<void>,
    ): Promise<Response> {
      const id = request.headers.get('mcp-session-id');
      const session = id === null ? await begin(given.parsedBody, owner) : sessions.get(id);
      if (session === 'full')
        return refusal(503, -32_000, 'This server has as many sessions as it can hold. Try again later.');
      if (session === 'none')
        return refusal(400, -32_000, 'Begin with initialize, and send the session it answers with every request.');
      // Somebody else's session is answered as none at all.
      if (!session || session.owner !== owner)
        return refusal(404, -32_001, 'There is no such session any more. Begin again with initialize.');
      session.used = now();
      session.open++;
      void closed.then(() => {
        session.open--;
        session.used = now();
      });
      return session.transport.handleRequest(request, given);
    },
    size: () => sessions.size,
    sweep,
    async close() {
      clearInterval(sweeper);
      await Promise.all([...sessions.keys()].map(end));
    },
  };

  async function begin(body: unknown, owner: string): Promise<Session | 'full' | 'none'> {
    const messages = Array.isArray(body) ? body : [body];
    if (!messages.some((message) => isInitializeRequest(message))) return 'none';
    if (sessions.size >= most && !(await makeRoom())) return 'full';
    const connection = connect();
    const began = now();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void end(id),
    });
    const session: Session = { owner, transport, connection, began, used: began, open: 0 };
    await connection.server.connect(transport);
    return session;
  }

  /** Forgets the one that has been idle for longest; one that waits for an answer is not idle. */
  async function makeRoom(): Promise<boolean> {
    const idle = [...sessions].filter(([, one]) => one.open === 0).sort(([, a], [, b]) => a.used - b.used)[0];
    if (idle) await end(idle[0]);
    return idle !== undefined;
  }

  function sweep(): void {
    for (const [id, { used, began, open }] of sessions)
      if ((open === 0 && now() - used > idleMs) || now() - began > lifeMs) void end(id);
  }

  async function end(id: string): Promise<void> {
    const session = sessions.get(id);
    if (!session) return;
    sessions.delete(id);
    session.connection.subscriptions.close();
    await session.connection.server.close();
  }
}

/** An answer to what is no request of a session. */
export const refusal = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
