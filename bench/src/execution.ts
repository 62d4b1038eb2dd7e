import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenDatabase } from '@ratchet/store/open-database';
import { administer } from '@ratchet/testing/database';
import { type PrivatePostgres, startPostgres } from '@ratchet/testing/postgres';
import type { Row } from './frame/row.ts';
import { openBullmq, startRedis } from './queues/bullmq.ts';
import { openGraphile } from './queues/graphile.ts';
import { inTurn, startLatency, throughput } from './queues/measure.ts';
import { openRatchet } from './queues/ratchet.ts';

export const name = 'Execution (a PostgreSQL without fsync, a Redis that keeps nothing on disk)';

const runners = 2;
/** Enough that a second more or less of it changes nothing. */
const executions = 3000;
/** Not counted: the engine compiles what is run often, and the database plans it, while these go on. */
const before = 2000;
/** Asked for at a time, by callers that wait. */
const width = 64;
const steps = 40;
const latencies = 40;

interface Queue {
  run(n: number): Promise<{ at: number }>;
  close(): Promise<void>;
}
interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly steps: number;
}

async function measure(queue: Queue): Promise<Figures> {
  await throughput(queue.run, before, width);
  const { p50, p99 } = await startLatency(queue.run, latencies);
  const perSecond = await throughput(queue.run, executions, width);
  await inTurn(queue.run, steps);
  return { perSecond, p50, p99, steps: await inTurn(queue.run, steps) };
}

async function closed<T>(queue: Queue, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await queue.close();
  }
}

/** Trivial tasks through queue, sandbox and database, on PostgreSQL and embedded, beside other queues. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-execution-'));
  const postgres = await startPostgres();
  const redis = await startRedis();
  const rows: Row[] = [];
  let databases = 0;
  const place = async (mode: 'PostgreSQL' | 'embedded'): Promise<OpenDatabase> => {
    databases += 1;
    return mode === 'embedded' || !postgres
      ? { dataDir: join(folder, `data-${databases}`) }
      : { url: await emptyDatabase(postgres, `bench_${databases}`), poolSize: 16 };
  };
  try {
    const bullmq = redis && (await others(() => openBullmq(redis, runners)));
    const graphile =
      postgres && (await others(async () => openGraphile(await emptyDatabase(postgres, 'bench_graphile'), 16)));
    const beside = (figure: (of: Figures) => string, alone = true): { reference?: string } => {
      const said = [
        bullmq && `BullMQ, its own child processes ${figure(bullmq)}`,
        alone && graphile && `graphile-worker, in process ${figure(graphile)}`,
      ].filter((one) => typeof one === 'string');
      return said.length > 0 ? { reference: said.join('; ') } : {};
    };
    for (const mode of ['PostgreSQL', 'embedded'] as const) {
      if (mode === 'PostgreSQL' && !postgres) continue;
      const ratchet = await openRatchet(await place(mode), runners);
      const [figures, warm] = await closed(ratchet, async () => {
        const all = await measure(ratchet);
        return [all, (await inTurn(ratchet.runAlone, 200)) / 200] as const;
      });
      const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
      rows.push(
        {
          what: `sandboxed executions end to end, ${runners} runner processes, ${mode}`,
          figure: figures.perSecond,
          unit: '/s',
          target: mode === 'PostgreSQL' ? 1000 : 500,
          ...beside(({ perSecond }) => `${Math.round(perSecond)}/s`),
        },
        {
          what: `enqueue → start, p50, ${mode}`,
          figure: figures.p50,
          unit: 'ms',
          target: 10,
          ...beside(({ p50 }) => ms(p50)),
        },
        {
          what: `enqueue → start, p99, ${mode}`,
          figure: figures.p99,
          unit: 'ms',
          target: 50,
          ...beside(({ p99 }) => ms(p99)),
        },
        {
          what: `forty sandboxed steps one after another, ${mode}`,
          figure: figures.steps,
          unit: 'ms',
          target: 400,
          ...beside((of) => ms(of.steps), false),
        },
      );
      if (mode === 'embedded')
        rows.push({ what: 'one warm sandboxed run, without queue', figure: warm, unit: 'ms', target: 3 });
    }
    for (const processes of [1, 2, 4])
      for (const mode of ['PostgreSQL', 'embedded'] as const) {
        if (mode === 'PostgreSQL' && !postgres) continue;
        const ratchet = await openRatchet(await place(mode), processes);
        const perSecond = await closed(ratchet, async () => {
          await throughput(ratchet.run, before, width);
          return throughput(ratchet.run, executions, width);
        });
        const same = redis && (await openBullmq(redis, processes));
        const other =
          same &&
          (await closed(same, async () => {
            await throughput(same.run, before, width);
            return throughput(same.run, executions, width);
          }));
        rows.push({
          what: `executions with ${processes} runner process${processes === 1 ? '' : 'es'}, ${mode}`,
          figure: perSecond,
          unit: '/s',
          ...(other ? { reference: `BullMQ ${Math.round(other)}/s` } : {}),
        });
      }
  } finally {
    await redis?.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function others(open: () => Promise<Queue>): Promise<Figures> {
  const queue = await open();
  return closed(queue, () => measure(queue));
}

async function emptyDatabase(postgres: PrivatePostgres, database: string): Promise<string> {
  await administer(postgres.url, `create database ${database}`);
  return postgres.databaseUrl(database);
}
