import type * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import type { ListFields } from './paging.ts';

export type Effect = 'read' | 'write' | 'destructive';

export const permissions = [
  'read',
  'create',
  'edit',
  'delete',
  'run',
  'debug',
  'sync',
  'push',
  'manage_repository',
  'create_repository',
  'delete_repository',
  'manage_users',
  'view_audit',
  'administer',
] as const;
export type Permission = (typeof permissions)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an input names, for rights and for the audit: the member, or the members of a list (`jobs.*.taskId`), with its id. */
export interface Target {
  readonly kind: TargetKind;
  /** A dotted path into the input, `*` for every item of a list. Nothing there: nothing is named. */
  readonly member: string;
  /** What is asked for there in place of the operation's own permission. */
  readonly permission?: Permission;
}

export const targetKinds = [
  'task',
  'repository',
  'project',
  'spec',
  'conflict',
  'execution',
  'job',
  'batch',
  'schedule',
  'delivery',
  'result',
  'alert',
  'credential',
  'secret',
  'output_destination',
  'user',
  'api_key',
  'grant',
  'worker',
] as const;
export type TargetKind = (typeof targetKinds)[number];

/** Surfaces that every operation is on, unless it says why not. */
export const parity = ['rest', 'graphql', 'mcp', 'trpc'] as const;

/**
 * One operation, whole, as data. Every surface is a projection of a table of these, so nothing about a surface may be
 * said anywhere but here.
 */
export interface Operation<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  S extends boolean = boolean,
  E extends Effect = Effect,
> {
  /** `entity.verb` */
  readonly name: N;
  /** One line for people, shown by every surface. */
  readonly description: string;
  readonly effect: E;
  readonly permission: Permission;
  /** What an input asks for in place of `permission`, where that depends on it; the input is as it came. */
  readonly permissionFor?: (input: unknown) => Permission | undefined;
  /** An object schema. Members named in the REST path come from it, the rest from query or body. */
  readonly input: I;
  readonly output: O;
  readonly errors: readonly ErrorCode[];
  /** Answers a stream of `output` events, not one `output`. */
  readonly stream: S;
  /** The REST method and the path under the API's prefix, with `{member}` for members of the input; `{member+}` spans slashes. */
  readonly rest: readonly [method: Method, path: string];
  /** Further REST routes that mean the same. */
  readonly restAliases?: readonly (readonly [method: Method, path: string])[];
  /** REST serves it without the API's prefix. */
  readonly unversioned?: boolean;
  readonly graphql: string;
  /** Further names of the same field in GraphQL. */
  readonly graphqlAliases?: readonly string[];
  readonly mcp: string;
  /** Further names of the same procedure in tRPC, `router.procedure`. */
  readonly trpcAliases?: readonly string[];
  readonly cli?: string;
  /** Why it is not on a surface. Without, it is on all of them. */
  readonly excused?: Readonly<Partial<Record<(typeof parity)[number], string>>>;
  /**
   * What the input names. The permission is asked for there, and what the caller may not even read is NOT_FOUND. A list
   * shows what its reader may see, which its handler looks after by the caller's rights.
   */
  readonly targets?: readonly Target[];
  /** It is about things that stand in no repository: the permission must be held everywhere. */
  readonly everywhere?: boolean;
  /** Nobody need have signed in. */
  readonly public?: boolean;
  /** What it does to the caller's session; surfaces with cookies follow it. */
  readonly session?: 'begins' | 'renews' | 'ends';
  /** Members of the answer may be sent along, as a program does that sends back what it read; they are not looked at. */
  readonly ignoresAnswerMembers?: boolean;
  /** An input as a client would send it, and what it answers, for the documentation. */
  readonly example?: { readonly input: z.input<I>; readonly output?: unknown };
  /** What a list can be filtered and sorted by. */
  readonly list?: ListFields;
  /** The call makes a new entity: REST answers 201 with a Location. */
  readonly creates?: boolean;
  /** What it answers changes by itself while its revision stays: a client's copy is never good. */
  readonly changesByItself?: boolean;
  /** The input takes `expectedRevision` and the handler checks it before the rest of the input is judged. */
  readonly precondition?: boolean;
  /** An output that says "refused" carries this code: REST answers its status with the output as the body. */
  readonly refused?: (output: z.output<O>) => ErrorCode | undefined;
  /** The work was queued and goes on: REST answers 202. */
  readonly accepted?: (output: z.output<O>) => boolean;
  /** It may take long and tells how far it is, on surfaces that can pass that on. */
  readonly reportsProgress?: boolean;
  /** The body is this member of the input, as raw bytes, when the request is not JSON (files). */
  readonly rawBody?: string;
  /** Media types such a body may have besides application/octet-stream and text/plain. */
  readonly rawTypes?: readonly string[];
  /** Bytes of a request's body, at most; the server's usual limit without. */
  readonly bodyLimit?: number;
  /**
   * A client that accepts `type` is answered the bytes of this member of the output, which holds them in base64, and no
   * JSON; `fileName` is the member with the name to keep them under.
   */
  readonly rawOutput?: {
    readonly member: string;
    readonly type: string;
    readonly fileName: string;
    /** Whether these bytes are of that type; without, always. */
    readonly when?: (output: z.output<O>) => boolean;
  };
  /** Where what was made is, with `{member}` for members of the output; below the operation's own path, by its id, without. */
  readonly madeAt?: string;
}

type Spec<N extends string, I extends z.ZodType, O extends z.ZodType, S extends boolean, E extends Effect> = Omit<
  Operation<N, I, O, S, E>,
  'stream'
> & { stream?: S };

export const operation = <
  const N extends string,
  I extends z.ZodType,
  O extends z.ZodType,
  const S extends boolean = false,
  const E extends Effect = Effect,
>(
  spec: Spec<N, I, O, S, E>,
): Operation<N, I, O, S, E> => ({ stream: false as S, ...spec });

/** What a client sends. */
export type Input<T> = T extends Operation<string, infer I> ? z.input<I> : never;
/** What a handler is given: defaults filled in. */
export type Parsed<T> = T extends Operation<string, infer I> ? z.output<I> : never;
export type Output<T> = T extends Operation<string, z.ZodType, infer O> ? z.output<O> : never;
