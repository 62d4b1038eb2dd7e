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
  readonly mcp: string;
  readonly cli?: string;
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
  readonly rawOutput?: { readonly member: string; readonly type: string; readonly fileName: string };
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
