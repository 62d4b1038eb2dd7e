import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunLog, RunResult } from '../../src/sandbox.ts';
import { openNetwork } from '../network-fixture.ts';
import { type Changes, codeOf } from '../run-code.ts';
import { data } from './data.ts';
import { escapes } from './escapes.ts';
import { network } from './network.ts';
import { pollution } from './pollution.ts';
import type { Program } from './program.ts';
import { resources } from './resources.ts';

/** What lies on the host and must never turn up in anything that a task can see or say. */
const marker = `marker-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(join(tmpdir(), 'ratchet-hostile-'));
const dropped = join(folder, 'dropped');
const host = await openNetwork();

beforeAll(() => {
  writeFileSync(join(folder, 'secret'), marker);
  process.env.RATCHET_MARKER = marker;
});
afterAll(async () => {
  delete process.env.RATCHET_MARKER;
  await host.close();
  rmSync(folder, { recursive: true });
});

/** A task of another repository, with another secret: tells what its world looks like, and what is right about it. */
const neighbour = `async function main(input) {
  const shape = (v) => v == null ? String(v) : Reflect.ownKeys(v).map(String).sort().join() + Object.isFrozen(v) + (Object.getPrototypeOf(v) === null);
  const worlds = [globalThis, Object, Array, Function, Promise, Error, JSON, Math, Map, Set, WeakMap, Date, RegExp, String, Number, Symbol, Reflect, Intl, Uint8Array, ArrayBuffer, URL, Headers, Request, Response, AbortController, console, crypto];
  const shapes = worlds.flatMap((v) => [shape(v), shape(v.prototype)]);
  const native = [[].push, [].map, {}.toString, Promise.resolve, JSON.stringify, Math.random, Date.now, ''.slice, /x/.exec, Reflect.get].every((f) => /native code/.test(f));
  const works = [[3, 1, 2].sort().join(), JSON.stringify({ a: [1] }), new URL('http://a.b/c').pathname, String(new Error('x')), await Promise.resolve(4), [...new Map([[1, 2]])].length, RegExp.$1 === '' || RegExp.$1];
  return { sum: input.a + 1, native, works, shapes, extra: globalThis.ghost ?? globalThis.kept ?? globalThis.held ?? null };
}`;
const right = {
  sum: 2,
  native: true,
  works: ['1,2,3', '{"a":[1]}', '/c', 'Error: x', 4, 1, true],
  extra: null,
};

const place = (text: string): string =>
  text.replaceAll('BASE', host.base).replaceAll('PORT', host.port).replaceAll('DROPPED', dropped);

const run = async (code: string, input: unknown, changes: Changes = {}) => {
  const logs: RunLog[] = [];
  const result = await host.run(codeOf(place(code)), input, {
    network: { allow: null, allowPrivate: [] },
    ...(changes.network === undefined
      ? changes
      : { ...changes, network: JSON.parse(place(JSON.stringify(changes.network))) }),
    onLog: (line) => logs.push(line),
  });
  return { result, logs };
};
const look = () => run(neighbour, { a: 1 }, { affinity: 'repository-2', secrets: { own: 'only-mine' } });
const clean = (await look()).result;

const expectEnd = (result: RunResult, ends: Program['ends']): void => {
  const choices = Array.isArray(ends) ? (ends as object[]) : [ends as object];
  const fits = choices.find((choice) => {
    try {
      expect(result).toMatchObject(choice);
      return true;
    } catch {
      return false;
    }
  });
  if (fits === undefined) expect(result, JSON.stringify(result).slice(0, 1000)).toMatchObject(choices[0] as object);
};

/** Whatever a program does: the server is as it was, and the next task, of another repository, finds a clean world. */
const expectUntouched = async (said: string, inherited: number): Promise<void> => {
  expect(said).not.toContain(marker);
  expect(said).not.toMatch(/only-mine|root:x:0:0/);
  expect(existsSync(dropped)).toBe(false);
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(inherited);
  const { result, logs } = await look();
  expect(result).toMatchObject({ status: 'completed', output: right });
  expect(result).toEqual({ ...clean, durationMs: expect.any(Number), timings: expect.any(Object) });
  expect(logs).toEqual([]);
  expect(host.sandbox.stats()).toMatchObject({ busy: 0, waiting: 0 });
};

const groups = { escapes, pollution, resources, network, data };

describe.each(Object.entries(groups))('hostile: %s', (group, programs) => {
  it.each(Object.entries(programs))('%s', async (_, { code, ends, changes, input = { a: 1 } }) => {
    const inherited = Reflect.ownKeys(Object.prototype).length;
    const heard = host.requests();
    const first = await run(code, input, changes);
    expectEnd(first.result, ends);
    if (group === 'network' && changes?.network?.allowPrivate.length === 0) expect(host.requests()).toBe(heard);
    let said = JSON.stringify([first.result, first.logs]);
    if (group === 'pollution') {
      // The same code again, in the same isolate: it must find nothing of its own first run.
      const again = await run(code, input, changes);
      expectEnd(again.result, ends);
      expect(again.logs).toEqual([]);
      said += JSON.stringify(again.result);
    }
    await expectUntouched(said, inherited);
  });
});

it('tries at least fifty programs', () => {
  expect(Object.values(groups).flatMap(Object.keys).length).toBeGreaterThan(250);
});
