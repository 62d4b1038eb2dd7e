import { describe, expect, it } from 'vitest';
import { createSandbox } from '../src/create-sandbox.ts';
import { codeOf, requestOf } from './run-code.ts';

const echo = requestOf(codeOf('async function main(input) { return input }'), { a: 1 });

/** Figures for people to read; nothing here is asserted but that the runs are right. */
describe('speed, printed', () => {
  it.each([1, 2])('an echo task with %d runners', async (runners) => {
    const sandbox = createSandbox({ runners });
    try {
      const batch = async (count: number): Promise<void> => {
        let left = count;
        const work = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            expect(await sandbox.run(echo)).toMatchObject({ output: { a: 1 } });
          }
        };
        await Promise.all(Array.from({ length: runners * 2 }, work));
      };
      await batch(200);
      const began = performance.now();
      await batch(1000);
      const rate = 1000 / ((performance.now() - began) / 1000);
      const alone = performance.now();
      for (let n = 0; n < 100; n += 1) await sandbox.run(echo);
      const warm = (performance.now() - alone) / 100;
      console.log(`${runners} runner(s): ${rate.toFixed(0)} runs/s, ${warm.toFixed(2)} ms for one warm run`);
    } finally {
      await sandbox.close();
    }
  });
});
