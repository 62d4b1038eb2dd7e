import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/*
 * Property tests draw the same values in every run, so that a change is judged by what it changed.
 * `RATCHET_TEST_SEED=random` draws new ones; a number draws those of that seed, as a failure prints it.
 */
const wanted = process.env.RATCHET_TEST_SEED ?? '20260101';
const { testPath } = expect.getState();
if (wanted !== 'random' && testPath && readFileSync(testPath, 'utf8').includes("'fast-check'")) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
}
