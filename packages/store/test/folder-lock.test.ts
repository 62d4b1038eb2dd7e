import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../src/embedded/folder-lock.ts';
import { isAlive, ownIdentity } from '../src/embedded/process-identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-lock-'));
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = ownIdentity();
const leave = (content: unknown, ageMs = 0) => {
  const path = join(folder, 'server.lock.other');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
};
/** The pid of a process that has just ended. */
const deadPid = () =>
  new Promise<number>((resolve) => {
    const child = spawn('true');
    child.on('exit', () => resolve(child.pid ?? 0));
  });

describe('the lock of a folder', () => {
  it('is held by one at a time and leaves nothing behind', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid}`);
    unlock();
    (await lockFolder(folder))();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes to one at most of many that come at once', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const held = answers.filter((answer) => answer.status === 'fulfilled');
    expect(held.length).toBeLessThanOrEqual(1);
    expect(readdirSync(folder)).toHaveLength(held.length);
    for (const { value: unlock } of held) unlock();
  });

  it.each<[string, () => unknown, number]>([
    ['of a process that has ended', async () => ({ ...own, pid: await deadPid() }), 0],
    ['of one whose pid was given out again', () => ({ ...own, started: '1' }), 0],
    ['of another machine, untouched for long', () => ({ ...own, place: 'elsewhere' }), 60_000],
  ])('is removed when it is %s', async (_, holder, ageMs) => {
    leave(await holder(), ageMs);
    (await lockFolder(folder))();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['of a living process', { ...own, pid: process.ppid, started: null }, `process ${process.ppid}.`],
    [
      'of another machine, touched just now',
      { ...own, place: 'elsewhere' },
      'on another machine or in another container',
    ],
    ['that cannot be read', '{"pid":', 'remove server.lock'],
  ])('is respected when it is %s', async (_, content, message) => {
    leave(content);
    await expect(lockFolder(folder)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['server.lock.other']);
  });
});

describe('a process', () => {
  it('is alive while it runs, dead when it ended, unknown elsewhere', async () => {
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, pid: await deadPid() })).toBe(false);
    expect(isAlive({ ...own, place: 'elsewhere' })).toBeNull();
  });
});
