import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
} from 'graphql';
import { createLRUCache, createYoga, type Plugin } from 'graphql-yoga';
import { statusOf } from '../rest/status.ts';
import type { Ask } from './ask.ts';
import { type Log, presentError } from './errors.ts';
import { checkComplexity, checkStructure, checkText, type Limits } from './limits.ts';
import { refusingInOwnWords } from './own-words.ts';

/** Who asks, and on which connection. Every operation of a request gets an `Ask` of its own out of it. */
export interface Asker {
  readonly caller: Caller;
  readonly recheck: Ask['recheck'];
  readonly takePlace: Ask['takePlace'];
  readonly followSession?: Ask['followSession'];
}

interface ServerContext {
  readonly asker: Asker;
}

export interface YogaOptions extends Limits {
  /** What the schema's fields are of; of others GraphQL's own refusals stay as they are. */
  readonly operations?: readonly Operation[];
  readonly schema: GraphQLSchema;
  readonly dispatcher: Dispatcher;
  readonly introspection: boolean;
  readonly maxBatch: number;
  readonly path: string;
  readonly log: Log;
}

/** Documents that are kept parsed, and the longest that is: a cache that strangers fill must stay small. */
const kept = { documents: 200, characters: 4000 } as const;

export type Yoga = ReturnType<typeof makeYoga>;

/** GraphQL Yoga over a schema, with limits, and with errors as every surface has them. */
export function makeYoga(options: YogaOptions) {
  const { operations = [], schema, dispatcher, introspection, maxBatch, path, log } = options;
  return createYoga<ServerContext, Ask>({
    schema,
    graphqlEndpoint: path,
    context: ({ asker }) => ({ ...asker, dispatcher, loaders: new Map() }),
    batching: maxBatch > 1 ? { limit: maxBatch } : false,
    plugins: [
      refusingInOwnWords(operations, dispatcher),
      limiting(options),
      ...(introspection ? [] : [hiding]),
      presenting(log),
    ],
    parserAndValidationCache: { documentCache: smallCache(), errorCache: noCache(), validationCache: true },
    // Errors are made safe by `presenting`, which knows the request they belong to.
    maskedErrors: false,
    logging: false,
    multipart: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    maxRequestBodySize: false,
    disposeOnProcessTerminate: false,
  });
}

/** Refuses what is too much: by the text, by the document, and by what it would cost. */
function limiting(limits: YogaOptions): Plugin {
  return {
    onParse: ({ params }) => {
      if (typeof params.source === 'string') checkText(params.source);
      return ({ result }) => {
        if ((result as DocumentNode | null)?.kind === 'Document') checkStructure(result as DocumentNode, limits);
      };
    },
    onExecute: ({ args }) => checkCost(limits, args),
    onSubscribe: ({ args }) => checkCost(limits, args),
  };
}

export function checkCost(
  limits: Limits & { readonly schema: GraphQLSchema },
  args: {
    readonly document: DocumentNode;
    readonly operationName?: string | null | undefined;
    readonly variableValues?: unknown;
  },
): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return;
  const variables = (args.variableValues ?? {}) as Record<string, unknown>;
  checkComplexity(limits.schema, args.document, operation, variables, limits);
}

const hiding: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};

/** Gives every error its code, details and request id. */
function presenting(log: Log): Plugin<object, ServerContext> {
  return {
    onResultProcess: ({ result, setResult, serverContext }) => {
      const { requestId } = serverContext.asker.caller;
      if (Symbol.asyncIterator in result) setResult(mapped(result, (one) => present(one, requestId, log)));
      else if (Array.isArray(result)) setResult(result.map((one) => present(one, requestId, log)));
      else setResult(present(result, requestId, log));
    },
  };
}

function present<R extends ExecutionResult>(result: R, requestId: string, log: Log): R {
  if (!result.errors) return result;
  const whole = !('data' in result);
  const errors = result.errors.map((error) => {
    const shown = presentError(error, requestId, log);
    const code = shown.extensions.code as keyof typeof statusOf;
    // Nothing was carried out: the request has failed as a whole, and HTTP says so.
    if (whole && !shown.extensions.http) shown.extensions.http = { spec: true, status: statusOf[code] };
    return shown as GraphQLError;
  });
  return { ...result, errors };
}

function mapped<T>(source: AsyncIterable<T>, to: (value: T) => T): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const through = (next: IteratorResult<T>): IteratorResult<T> =>
    next.done ? next : { done: false, value: to(next.value) };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => through(await iterator.next()),
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

function smallCache() {
  const cache = createLRUCache<DocumentNode>({ max: kept.documents });
  return {
    get: (text: string) => cache.get(text),
    set: (text: string, document: DocumentNode) => {
      if (text.length <= kept.characters) cache.set(text, document);
    },
  };
}

const noCache = () => ({ get: () => undefined, set: () => undefined });
