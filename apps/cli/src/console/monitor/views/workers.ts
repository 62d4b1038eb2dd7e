import type { Worker } from '@ratchet/contract/entities/worker';
import { bytes, clock } from '../figures.ts';
import { type Line, share, table } from '../line.ts';

const number = (value: number | null): string => (value === null ? '-' : String(value));

export const matchesWorker = (one: Worker, filter: string): boolean =>
  [one.hostname, one.id, one.role, one.status].some((text) => text.toLowerCase().includes(filter.toLowerCase()));

export const workerLines = (rows: readonly Worker[], width: number): Line[] =>
  table(
    rows,
    [
      { title: 'HOST', width: 0, of: ({ hostname, pid }) => `${hostname}:${pid}` },
      {
        title: 'STATUS',
        width: 8,
        of: ({ status }) => status,
        paint: ({ status }) => (status === 'active' ? { color: 'green' } : { color: 'yellow' }),
      },
      { title: 'ROLE', width: 6, of: ({ role }) => role, from: 80 },
      { title: 'BUSY', width: 7, of: ({ running, concurrency }) => `${number(running)}/${concurrency}`, right: true },
      {
        title: '',
        width: 10,
        of: ({ running, concurrency }) => share(running ?? 0, concurrency, 10),
        paint: () => ({ color: 'cyan' }),
        from: 60,
      },
      { title: 'DONE', width: 8, of: ({ completed }) => number(completed), right: true },
      {
        title: 'FAILED',
        width: 7,
        of: ({ failed }) => number(failed),
        right: true,
        paint: ({ failed }) => (failed ? { color: 'red' } : {}),
      },
      { title: 'MEMORY', width: 9, of: ({ rssBytes }) => bytes(rssBytes), right: true, from: 70 },
      { title: 'CPU', width: 5, of: ({ cpu }) => (cpu === null ? '-' : cpu.toFixed(2)), right: true, from: 70 },
      { title: 'HEARD', width: 8, of: ({ heartbeatAt }) => clock(heartbeatAt), from: 100 },
      { title: 'VERSION', width: 10, of: ({ version }) => version, from: 120 },
    ],
    width,
  );
