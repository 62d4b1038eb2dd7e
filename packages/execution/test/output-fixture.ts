import type { OutputType } from '@ratchet/contract/entities/output';
import { createHttpClient } from '@ratchet/sandbox/http-client';
import { newId } from '@ratchet/store/id';
import { checkConfig } from '../src/outputs/destination-config.ts';
import type { Delivered } from '../src/outputs/destination-type.ts';
import { type DestinationTypes, destinationTypes, type TypeOptions } from '../src/outputs/destination-types.ts';
import type { Message } from '../src/outputs/message.ts';

export const sampleOf = (output: unknown, more: Partial<Message> = {}): Message => ({
  deliveryId: newId(),
  attempt: 1,
  task: { id: newId(), name: 'HTTP check', version: '1.2.0' },
  execution: {
    id: newId(),
    status: 'completed',
    attempt: 1,
    startedAt: '2026-11-21T07:08:08.000Z',
    finishedAt: '2026-11-21T07:08:09.123Z',
    durationMs: 1123,
  },
  job: { id: null },
  output,
  error: null,
  ...more,
});

export interface Bench {
  readonly types: DestinationTypes;
  /** What was written to standard output. */
  readonly written: string[];
  /** Checks a configuration as saving it would, and delivers one message. */
  deliver(type: OutputType, config: object, message: Message, timeoutMs?: number): Promise<Delivered>;
  /** Why it was not delivered. */
  fault(
    type: OutputType,
    config: object,
    message?: Message,
    timeoutMs?: number,
  ): Promise<Error & { final?: boolean; outage?: boolean }>;
  test(type: OutputType, config: object): Promise<Delivered>;
  close(): Promise<void>;
}

export function bench(options: Partial<TypeOptions> = {}): Bench {
  const http = createHttpClient();
  const written: string[] = [];
  const types = destinationTypes({
    http,
    allowPrivate: ['127.0.0.0/8', '::1'],
    places: { allowedRoots: null, forbiddenRoots: [] },
    write: async (text) => void written.push(text),
    ...options,
  });
  const deliver: Bench['deliver'] = async (type, config, message, timeoutMs = 20_000) =>
    types[type].deliver(message, await checkConfig(types[type], config), AbortSignal.timeout(timeoutMs));
  return {
    types,
    written,
    deliver,
    fault: (type, config, message = sampleOf({ a: 1 }), timeoutMs) =>
      deliver(type, config, message, timeoutMs).then(
        ({ target }) => {
          throw new Error(`It was delivered to ${target}.`);
        },
        (error) => error,
      ),
    async test(type, config) {
      const trial = types[type].test;
      if (!trial) throw new Error(`${type} has no trial of its own.`);
      return trial(await checkConfig(types[type], config), AbortSignal.timeout(20_000));
    },
    close: () => http.close(),
  };
}
