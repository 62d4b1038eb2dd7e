import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import { asker } from './ask.ts';
import { callTool } from './call-tool.ts';
import { clientLog } from './client-log.ts';
import { complete } from './complete.ts';
import { type Concurrency, concurrency } from './concurrency.ts';
import { errorAnswer } from './error-answer.ts';
import type { Fixtures } from './fixtures/fixtures.ts';
import type { McpOptions } from './options.ts';
import { pageFrom } from './page.ts';
import { prompts } from './prompts.ts';
import { templates } from './resource-address.ts';
import { listResources, readResource } from './resources.ts';
import { type Subscriptions, subscriptions } from './subscriptions.ts';
import { maySee, type OperationTool, toolsOf } from './tools.ts';

/** What every connection shares: made once for a process. */
export interface Shared {
  readonly options: McpOptions;
  readonly tools: ReadonlyMap<string, OperationTool>;
  readonly slots: Concurrency;
  readonly fixtures: Fixtures | null;
}

export async function shareOf(options: McpOptions): Promise<Shared> {
  return {
    options,
    tools: new Map(toolsOf(options.operations).map((one) => [one.tool.name, one])),
    slots: concurrency(options.maxConcurrency ?? 16),
    // Loaded only where they are asked for.
    fixtures: options.fixtures ? (await import('./fixtures/fixtures.ts')).fixtures() : null,
  };
}

export interface McpConnection {
  readonly server: Server;
  /** What the connection follows, where it says so by requests of its own. */
  readonly subscriptions: Subscriptions;
}

const instructions = `Ratchet keeps tasks (small JavaScript or TypeScript programs with schemas and tests) in a database and in repositories, in step both ways, and runs them in a sandbox.
Begin with ratchet_list_available_tasks. Write with ratchet_create_task or ratchet_edit_task, check with ratchet_validate_task and ratchet_run_task_tests, run with ratchet_execute_task, send with ratchet_push_task_to_repository.
Errors are JSON: code says what went wrong, message what to do next. Tools that cannot be taken back ask for confirm: true. Guides are resources under ratchet://docs/.`;

/** A server of the protocol for one connection, or one request. `callerFor` says who asks. */
export function createServer(
  shared: Shared,
  era: 'legacy' | 'modern',
  callerFor: (context: ServerContext) => Caller,
): McpConnection {
  const { options, fixtures } = shared;
  const server = new Server(
    { name: 'ratchet', title: 'Ratchet', version: options.version },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {}, completions: {} },
      instructions,
      ...((fixtures?.serverOptions ?? {}) satisfies ServerOptions),
    },
  );
  const log = clientLog(server, era);
  const following = subscriptions(options, (uri) => void server.sendResourceUpdated({ uri }).catch(() => {}));
  // Asked of the dispatcher, whatever asks counts: against the places, and with errors as the protocol has them.
  const asked = async <T>(context: ServerContext, what: string, work: (caller: Caller) => Promise<T>): Promise<T> => {
    const caller = { ...callerFor(context), signal: context.mcpReq.signal };
    try {
      return await shared.slots.run(context.mcpReq.signal, () => work(caller));
    } catch (error) {
      throw protocolError(error, caller.requestId, what, options);
    }
  };

  server.setRequestHandler('tools/list', ({ params }, context) => {
    const { rights } = callerFor(context);
    const seen = [...shared.tools.values()].filter(({ operation }) => maySee(rights, operation));
    const all = [...(fixtures?.tools.map(({ tool }) => tool) ?? []), ...seen.map(({ tool }) => tool)];
    const { items, ...rest } = pageFrom(all, params?.cursor);
    return { tools: items, ...rest };
  });
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const fixture = fixtures?.tools.find(({ tool }) => tool.name === params.name);
    if (fixture) return fixture.call(params.arguments ?? {}, context, server);
    const found = shared.tools.get(params.name);
    if (!found) throw unknownName('tool', params.name, [...shared.tools.keys()]);
    const caller = callerFor(context);
    return callTool(found.operation, params.arguments ?? {}, caller, context, options, { slots: shared.slots, log });
  });

  server.setRequestHandler('resources/list', ({ params }, context) => {
    const { cursor } = params ?? {};
    if (fixtures && cursor === undefined)
      return asked(context, 'resources/list', async (caller) => {
        const page = await listResources(options, caller, cursor);
        return { ...page, resources: [...fixtures.resources.map(({ resource }) => resource), ...page.resources] };
      });
    return asked(context, 'resources/list', (caller) => listResources(options, caller, cursor));
  });
  server.setRequestHandler('resources/templates/list', ({ params }) => {
    const { items, ...rest } = pageFrom([...(fixtures?.templates ?? []), ...templates], params?.cursor);
    return { resourceTemplates: items, ...rest };
  });
  server.setRequestHandler('resources/read', ({ params: { uri } }, context) => {
    const fixture = fixtures?.read(uri);
    if (fixture) return fixture;
    return asked(context, uri, async (caller) => {
      const found = await readResource(uri, options, caller).catch((error) => {
        throw error instanceof RatchetError && error.code === 'NOT_FOUND'
          ? new ResourceNotFoundError(uri, error.message)
          : error;
      });
      if (!found) throw new ResourceNotFoundError(uri, noResource(uri));
      return found;
    });
  });
  if (era === 'legacy') {
    server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, context) => {
      if (!fixtures?.read(uri)) await asked(context, uri, (caller) => following.add(uri, withoutSignal(caller)));
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      following.remove(uri);
      return {};
    });
  }

  server.setRequestHandler('prompts/list', ({ params }) => {
    const all = [...(fixtures?.prompts.map(({ prompt }) => prompt) ?? []), ...prompts.map(({ prompt }) => prompt)];
    const { items, ...rest } = pageFrom(all, params?.cursor);
    return { prompts: items, ...rest };
  });
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const given = params.arguments ?? {};
    const fixture = fixtures?.prompts.find(({ prompt }) => prompt.name === params.name);
    if (fixture) return fixture.get(given, context);
    const found = prompts.find(({ prompt }) => prompt.name === params.name);
    if (!found)
      throw unknownName(
        'prompt',
        params.name,
        prompts.map(({ prompt }) => prompt.name),
      );
    const known = found.prompt.arguments ?? [];
    const wanting = known.find(({ name, required }) => required && !given[name]);
    if (wanting) throw invalid(`The prompt ${params.name} needs ${wanting.name}: ${wanting.description}.`);
    for (const name of Object.keys(given))
      if (!known.some((one) => one.name === name))
        throw unknownName(
          'argument',
          name,
          known.map((one) => one.name),
        );
    const messages = await asked(context, params.name, (caller) =>
      found.write(given, asker(options.dispatcher, caller), options.documents),
    );
    return { description: found.prompt.description, messages };
  });
  server.setRequestHandler('completion/complete', ({ params }, context) =>
    asked(context, 'completion/complete', (caller) =>
      complete(params, asker(options.dispatcher, caller), options.documents),
    ),
  );
  return { server, subscriptions: following };
}

const noResource = (uri: string): string =>
  `There is no resource ${JSON.stringify(uri.slice(0, 200))}. resources/list and resources/templates/list say what there is.`;

/** A subscription outlives the request that asked for it. */
const withoutSignal = ({ signal: _, ...caller }: Caller): Caller => caller;

const invalid = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, message);

function unknownName(what: string, name: string, known: readonly string[]): ProtocolError {
  const meant = nearestName(name, known);
  const said = `There is no ${what} ${JSON.stringify(name.slice(0, 200))}`;
  return invalid(meant ? `${said}; did you mean ${meant}?` : `${said}.`);
}

/** An error where the protocol has no result that could carry one. */
function protocolError(error: unknown, requestId: string, what: string, { log }: McpOptions): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const answer = errorAnswer(error, requestId, what, log);
  const code = ['VALIDATION_FAILED', 'NOT_FOUND'].includes(answer.code)
    ? ProtocolErrorCode.InvalidParams
    : answer.code === 'INTERNAL'
      ? ProtocolErrorCode.InternalError
      : serverError;
  return new ProtocolError(code, answer.message, answer);
}

/** JSON-RPC leaves this code to servers; the data says more. */
const serverError = -32_000;
