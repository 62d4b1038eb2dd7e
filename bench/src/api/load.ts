import { Pool } from 'undici';

/** What a process that makes load is asked, and answers. */
export interface LoadRequest {
  readonly origin: string;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly count: number;
  /** Requests under way at a time, each on a connection that is kept. */
  readonly width: number;
}
export interface LoadAnswer {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of one answer. */
  readonly bytes: number;
}

async function load({ origin, paths, headers, count, width }: LoadRequest): Promise<LoadAnswer> {
  const pool = new Pool(origin, { connections: width, pipelining: 1 });
  const times: number[] = [];
  let next = 0;
  let bytes = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        const path = paths[next++ % paths.length] ?? '/';
        const asked = performance.now();
        const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
        const answer = await body.arrayBuffer();
        times.push(performance.now() - asked);
        bytes = answer.byteLength;
        if (statusCode !== 200)
          throw new Error(`${path} answered ${statusCode}: ${Buffer.from(answer).toString().slice(0, 300)}`);
      }
    }),
  );
  const perSecond = count / ((performance.now() - began) / 1000);
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99), bytes };
}

process.on('message', async (request) => {
  process.send?.(await load(request as LoadRequest));
});
