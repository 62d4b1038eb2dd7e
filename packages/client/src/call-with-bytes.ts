import { RatchetError } from '@ratchet/contract/errors';
import type { Input, Operation, Output } from '@ratchet/contract/operation';
import { errorFrom } from './answered-error.ts';
import { type ClientOptions, sendRequest } from './send-request.ts';

interface Bytes {
  readonly body: Uint8Array<ArrayBuffer>;
  /** A media type that the operation takes; `application/octet-stream` without. */
  readonly type?: string;
  readonly signal?: AbortSignal;
}

/**
 * Calls an operation with a body of raw bytes (a file, an archive) in place of base64 in JSON. Throws as the client does.
 */
export async function callWithBytes<O extends Operation>(
  operation: O,
  input: Partial<Input<O>>,
  { body, type = 'application/octet-stream', signal }: Bytes,
  options: ClientOptions,
): Promise<Output<O>> {
  if (!operation.rawBody) throw new RatchetError('VALIDATION_FAILED', `${operation.name} takes no raw bytes.`);
  const response = await sendRequest(
    { operation, input: input as Record<string, unknown>, accept: 'application/json', signal, bytes: { body, type } },
    options,
  );
  if (!response.ok) throw await errorFrom(response);
  return (response.status === 204 ? undefined : await response.json()) as Output<O>;
}

export interface Download {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly fileName: string | null;
}

/** Calls an operation for its raw bytes (an archive, a file of rows) in place of base64 in JSON. Throws as the client does. */
export async function callForBytes<O extends Operation>(
  operation: O,
  input: Input<O>,
  options: ClientOptions & { readonly signal?: AbortSignal },
): Promise<Download> {
  if (!operation.rawOutput) throw new RatchetError('VALIDATION_FAILED', `${operation.name} answers no raw bytes.`);
  const response = await sendRequest(
    {
      operation,
      input: input as Record<string, unknown>,
      accept: `${operation.rawOutput.type}, application/json;q=0.1`,
      signal: options.signal,
    },
    options,
  );
  if (!response.ok) throw await errorFrom(response);
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    type: response.headers.get('content-type') ?? '',
    fileName: named === undefined ? null : decodeURIComponent(named),
  };
}
