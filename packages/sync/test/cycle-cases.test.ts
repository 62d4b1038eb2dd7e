import { describe, expect, it } from 'vitest';
import { pull } from '../src/cycle.ts';
import { change, fresh, type Look, opened, places } from './memory/history-steps.ts';
import { Crash } from './memory/hooks.ts';
import type { Workshop } from './memory/workshop.ts';

const plain: Look = { crlf: false, bom: false, uuid: false };
const looks = places.map(() => plain);
const crlf = places.map(() => ({ ...plain, crlf: true }));
const [folder, other] = [0, 1];
const pair = places.indexOf('tools/p.js');

const edit = (
  workshop: Workshop,
  kind: 'line' | 'add' | 'delete' | 'strip',
  side: 'here' | 'there',
  doc: number,
): void => change(workshop, { kind, side, doc, slot: 0 } as Parameters<typeof change>[1], looks);

describe('cases that histories found', () => {
  it('a pair whose YAML cannot be listed is not deleted', async () => {
    const workshop = await opened('headless', looks);
    workshop.remote.unlisted.add('tools/p.yaml');
    await workshop.run('pull');
    await workshop.run('push');
    expect(workshop.replica.documents.has('tools/p.js')).toBe(true);
    expect([...workshop.remote.files.keys()]).toContain('tools/p.js');
    workshop.remote.unlisted.clear();
    await workshop.run('pull');
    expect([workshop.replica.deleted, workshop.replica.documents.get('tools/p.js')?.revision]).toEqual([[], 1]);
  });

  it.each(['unread', 'unlisted'] as const)(
    'a file that was %s once is taken over by the next pull of the same head',
    async (how) => {
      const workshop = await opened('headed', looks);
      edit(workshop, 'line', 'there', folder);
      workshop.remote[how].add('a/main.js');
      await workshop.run('pull');
      workshop.remote[how].clear();
      const report = await pull(workshop.context);
      expect([report.unchanged, report.updated, report.problems]).toEqual([false, ['a'], []]);
      expect((await pull(workshop.context)).unchanged).toBe(true);
    },
  );

  it('what policy `merge` cannot put together is taken from the remote, and other documents go on', async () => {
    const workshop = await opened('headed', crlf, 'merge');
    const tags = (value: string) =>
      new Map(
        [...workshop.filesAt('there', 'a')].map(([name, content]) => {
          const text = Buffer.from(content.bytes).toString('utf8').replace('"tags": [', `"tags": [\n    "${value}",`);
          return [name, name === 'metadata.json' ? { ...content, bytes: Buffer.from(text) } : content] as const;
        }),
      );
    const [ours, theirs] = [tags(workshop.value()), tags(workshop.value())];
    workshop.write('here', 'a', ours);
    workshop.write('there', 'a', theirs);
    edit(workshop, 'line', 'there', other);
    await workshop.run('pull');
    const metadataOf = (side: 'here' | 'there') => workshop.filesAt(side, 'a').get('metadata.json')?.bytes;
    expect(metadataOf('here')).toEqual(theirs.get('metadata.json')?.bytes);
    expect(workshop.replica.documents.get('bb')?.revision).toBe(2);
    workshop.checkRemembered();
    await workshop.settle();
    expect(metadataOf('there')).toEqual(theirs.get('metadata.json')?.bytes);
  });

  it('a file in the place of a new document keeps that document from being pushed, and no other', async () => {
    const workshop = await opened('headed', looks);
    edit(workshop, 'strip', 'there', folder);
    await workshop.run('pull');
    edit(workshop, 'add', 'here', folder);
    edit(workshop, 'line', 'here', other);
    const before = workshop.remote.files.get('a/main.js');
    const report = await workshop.run('push');
    expect(report?.outcomes.map(({ path, error }) => [path, error?.code ?? null])).toEqual([
      ['a', 'PUSH_REJECTED'],
      ['bb', null],
    ]);
    expect(report?.outcomes[0]?.error?.message).toContain('a/main.js stands in the repository already');
    expect(workshop.remote.files.get('a/main.js')).toBe(before);
    workshop.checkKept();
  });

  it('a new document of which some files were written before the process ended is completed', async () => {
    let halves = 0;
    for (let n = 0; ; n++) {
      const workshop = await opened('headless', looks);
      edit(workshop, 'delete', 'here', pair);
      await workshop.run('push');
      workshop.write('here', 'new', fresh('new', plain, workshop.value()));
      let ended = false;
      workshop.hooks.at(n, () => {
        ended = true;
        throw new Crash();
      });
      await workshop.run('push');
      if (!ended) break;
      const [there, here] = [workshop.filesAt('there', 'new').size, workshop.filesAt('here', 'new').size];
      if (there > 0 && there < here) halves++;
      const report = await workshop.run('push');
      // With its metadata there it is a document that both sides have and never agreed on: a person takes ours.
      expect([n, report?.outcomes.filter(({ error }) => error && error.code !== 'SYNC_CONFLICT')]).toEqual([n, []]);
      if (await workshop.resolve('new', 'take_local')) await workshop.run('push');
      expect([...workshop.filesAt('there', 'new').keys()].sort()).toEqual(
        [...workshop.filesAt('here', 'new').keys()].sort(),
      );
      await workshop.settle();
      workshop.checkKept();
      await workshop.checkSettled();
    }
    expect(halves).toBeGreaterThan(2);
  });
});
