import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Caller } from '@ratchet/contract/dispatcher';
import { createServer, type McpConnection, shareOf } from './create-server.ts';
import type { McpOptions } from './options.ts';

/** Bytes of one message. */
const messageLimit = 128 * 1024 * 1024;

/**
 * Speaks the protocol over this process's standard input and output, for one caller, until its client goes away. Nothing
 * else may write to standard output meanwhile.
 */
export async function serveMcpStdio(options: McpOptions, caller: Omit<Caller, 'requestId'>): Promise<void> {
  const shared = await shareOf(options);
  let connection: McpConnection | null = null;
  /** Streams of `subscriptions/listen`, by the id of their request, with what each follows. */
  const listens = new Map<string | number, readonly string[]>();
  const connect = (era: 'legacy' | 'modern') => {
    connection = createServer(shared, era, () => ({ ...caller, requestId: crypto.randomUUID() }));
    return connection.server;
  };
  const stopped = new Promise<void>((resolve) => {
    const inner = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: messageLimit });
    const handle = serveStdio(({ era }) => connect(era), {
      transport: overheard(inner, hear, () => resolve()),
      onerror: (error) => options.log('warn', 'A message could not be served.', { err: error }),
    });
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void handle.close().then(resolve));
  });
  await stopped;
  (connection as McpConnection | null)?.subscriptions.close();

  function hear(message: JSONRPCMessage): void {
    if (!('method' in message) || !connection) return;
    const following = connection.subscriptions;
    if (message.method === 'subscriptions/listen' && 'id' in message) {
      const { resourceSubscriptions: asked } = (message.params?.notifications ?? {}) as {
        resourceSubscriptions?: unknown;
      };
      const uris = Array.isArray(asked) ? asked.filter((uri): uri is string => typeof uri === 'string') : [];
      listens.set(message.id, uris);
      // What cannot be read is not followed; the stream tells of the rest.
      for (const uri of uris) following.add(uri, { ...caller, requestId: crypto.randomUUID() }).catch(() => {});
    }
    if (message.method === 'notifications/cancelled') {
      const id = (message.params as { requestId?: string | number } | undefined)?.requestId;
      const ended = id === undefined ? undefined : listens.get(id);
      if (id === undefined || !ended) return;
      listens.delete(id);
      const wanted = new Set([...listens.values()].flat());
      for (const uri of ended) if (!wanted.has(uri)) following.remove(uri);
    }
  }
}

/** A transport whose messages somebody else sees too, once they have been taken. */
function overheard(inner: Transport, heard: (message: JSONRPCMessage) => void, closed: () => void): Transport {
  const outer: Transport = {
    start() {
      inner.onmessage = (message, extra) => {
        outer.onmessage?.(message, extra);
        heard(message);
      };
      inner.onclose = () => {
        outer.onclose?.();
        closed();
      };
      inner.onerror = (error) => outer.onerror?.(error);
      return inner.start();
    },
    send: (message, options) => inner.send(message, options),
    close: () => inner.close(),
  };
  return outer;
}
