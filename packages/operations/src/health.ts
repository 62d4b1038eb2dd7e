import type { HealthDetails } from '@ratchet/contract/entities/health';
import type * as z from 'zod';
import type { EntityHandlers } from './handler.ts';

export interface HealthDependencies {
  readonly version: string;
  readonly nodeId: string;
  readonly mode: 'embedded' | 'postgresql';
  readonly startedAt: Date;
  /** A part of the server and what proves that it works; throws when it does not. */
  readonly checks: Readonly<Record<string, () => Promise<string>>>;
}

type Details = z.output<typeof HealthDetails>;
type Check = Details['checks'][number];

export function healthHandlers(dependencies: HealthDependencies): EntityHandlers<'health'> {
  const { version, nodeId, mode, startedAt } = dependencies;
  const details = async (): Promise<Details> => {
    const checks = await Promise.all(Object.entries(dependencies.checks).map(([name, check]) => tried(name, check)));
    const status = checks.every((check) => check.status === 'ok') ? 'ok' : 'failing';
    const uptimeSeconds = (Date.now() - startedAt.getTime()) / 1000;
    return { status, version, nodeId, uptimeSeconds, startedAt: startedAt.toISOString(), mode, checks };
  };
  return {
    get: {
      async handle() {
        const { status, uptimeSeconds } = await details();
        return { status, version, nodeId, uptimeSeconds };
      },
    },
    details: { handle: details },
  };
}

async function tried(name: string, check: () => Promise<string>): Promise<Check> {
  const started = performance.now();
  const end = (status: Check['status'], message: string): Check => ({
    name,
    status,
    message,
    durationMs: performance.now() - started,
  });
  try {
    return end('ok', await check());
  } catch {
    return end('failing', 'does not answer; the server’s log says why');
  }
}
