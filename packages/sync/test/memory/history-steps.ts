import type { ConflictPolicy } from '@ratchet/sync-core/reconciliation';
import fc from 'fast-check';
import { type FileContent, type Files, unreachable, type Writing } from './file-remote.ts';
import { Crash } from './hooks.ts';
import { type Resolution, type Side, Workshop } from './workshop.ts';

/** Documents are folders, but for a pair of files. */
export const places = ['a', 'bb', 'ccc', 'deep/dddd', 'tools/p.js'] as const;
const others = ['moved-1', 'moved-2'] as const;

/** How the texts of a document are written. */
export interface Look {
  readonly crlf: boolean;
  readonly bom: boolean;
  readonly uuid: boolean;
}

const edits = ['line', 'set', 'tag', 'describe', 'file', 'notes', 'binary', 'mode', 'drop', 'endings'] as const;
const upheavals = ['delete', 'add', 'rename'] as const;
const faults = ['malform', 'mend', 'strip'] as const;

export type Edit =
  | { readonly kind: (typeof edits)[number]; readonly side: Side; readonly doc: number; readonly slot: number }
  | { readonly kind: (typeof upheavals)[number]; readonly side: Side; readonly doc: number; readonly slot: number }
  | { readonly kind: (typeof faults)[number]; readonly side: 'there'; readonly doc: number; readonly slot: number };
export type Cycle = 'pull' | 'push';
export type Step =
  | Edit
  | { readonly kind: 'cycle'; readonly cycle: Cycle }
  | { readonly kind: 'crash' | 'network'; readonly cycle: Cycle; readonly at: number }
  | { readonly kind: 'meanwhile'; readonly cycle: Cycle; readonly at: number; readonly edit: Edit }
  | { readonly kind: 'unreadable'; readonly cycle: Cycle; readonly doc: number; readonly listed: boolean }
  | { readonly kind: 'resolve'; readonly doc: number; readonly resolution: Resolution };

const side = fc.constantFrom<Side>('here', 'there');
/** Mostly the same two, so that what happens meets. */
const doc = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 4) },
  { weight: 2, arbitrary: fc.nat({ max: places.length + others.length - 1 }) },
);
const slot = fc.nat({ max: 2 });
const cycle = fc.constantFrom<Cycle>('pull', 'push');
const at = fc.nat({ max: 60 });

/** Edits that keep every document readable and in its place. */
export const plainEdit: fc.Arbitrary<Edit> = fc.record({ kind: fc.constantFrom(...edits), side, doc, slot });
export const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: plainEdit },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...upheavals), side, doc, slot }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom(...faults), side: fc.constant('there' as const), doc, slot }),
  },
);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: edit },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cycle' as const), cycle }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'network' as const), cycle, at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('meanwhile' as const), cycle, at, edit }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unreadable' as const), cycle, doc, listed: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('resolve' as const),
      doc,
      resolution: fc.constantFrom<Resolution>('take_local', 'take_remote', 'both', 'manual'),
    }),
  },
);
export const looks: fc.Arbitrary<readonly Look[]> = fc.array(
  fc.record({ crlf: fc.boolean(), bom: fc.boolean(), uuid: fc.boolean() }),
  { minLength: places.length, maxLength: places.length },
);
export const writing = fc.constantFrom<Writing>('headed', 'headless');

const text = (content: string, mode: FileContent['mode'] = '100644'): FileContent => ({
  bytes: Buffer.from(content, 'latin1'),
  mode,
});
const textOf = (content: FileContent | undefined): string => Buffer.from(content?.bytes ?? []).toString('latin1');

/** A document as it is first written. */
export function fresh(path: string, look: Look, value: string): Files {
  const shaped = (content: string) =>
    text((look.bom ? '\xef\xbb\xbf' : '') + (look.crlf ? content.replaceAll('\n', '\r\n') : content));
  const slots = [0, 1, 2].map((i) => `// slot ${i}: .\nconst v${i} = 0;\n\n`).join('');
  const source = shaped(`${slots}(input) => input // ${value}\n`);
  const uuid = `00000000-0000-4000-8000-${Buffer.from(path).toString('hex').padStart(12, '0').slice(-12)}`;
  if (path.endsWith('.js')) {
    const members = [
      ...(look.uuid ? [`uuid: ${uuid}`] : []),
      'version: "1.0.0"',
      'description: "."',
      'tags:',
      '  - first',
    ];
    const stem = path.slice(path.lastIndexOf('/') + 1, -3);
    return new Map([
      [`${stem}.js`, source],
      [`${stem}.yaml`, shaped(`${members.join('\n')}\n`)],
    ]);
  }
  const members = { version: '1.0.0', ...(look.uuid ? { uuid } : {}), description: '.', tags: ['first'] };
  return new Map([
    ['metadata.json', shaped(`${JSON.stringify(members, null, 2)}\n`)],
    ['main.js', source],
    ['input-schema.json', shaped('{\n  "type": "object"\n}\n')],
    ['asset.bin', text('\0\xff\xfe first', '100644')],
    ['unknown/deep file', text('what nobody knows')],
  ]);
}

/** A repository that holds the first documents, and a replica in step with it. */
export async function opened(
  kind: Writing,
  looks: readonly Look[],
  policy: ConflictPolicy = 'manual',
): Promise<Workshop> {
  const workshop = new Workshop(kind, policy);
  for (const [i, path] of places.entries())
    workshop.write('there', path, fresh(path, looks[i] as Look, workshop.value()));
  await workshop.run('pull');
  return workshop;
}

export const placeOf = (n: number): string => [...places, ...others][n] as string;

/** Lets one step happen. */
export async function take(workshop: Workshop, step: Step, looks: readonly Look[]): Promise<void> {
  switch (step.kind) {
    case 'cycle':
      await workshop.run(step.cycle);
      return;
    case 'crash':
      return during(workshop, step, () => {
        throw new Crash();
      });
    case 'network':
      workshop.network.at(step.at % 12, unreachable);
      await workshop.run(step.cycle);
      return workshop.network.at(-1, () => {});
    case 'meanwhile':
      return during(workshop, step, () => change(workshop, step.edit, looks));
    case 'unreadable': {
      const root = placeOf(step.doc);
      const paths = [...workshop.remote.files.keys()].filter((path) => path.startsWith(root.replace(/\.js$/, '')));
      const hidden = step.listed ? workshop.remote.unread : workshop.remote.unlisted;
      for (const path of paths.slice(0, 1)) hidden.add(path);
      await workshop.run(step.cycle);
      return hidden.clear();
    }
    case 'resolve':
      await workshop.resolve(placeOf(step.doc), step.resolution);
      return;
    default:
      change(workshop, step, looks);
  }
}

async function during(workshop: Workshop, { cycle, at }: { cycle: Cycle; at: number }, act: () => void): Promise<void> {
  workshop.hooks.at(at, act);
  await workshop.run(cycle);
  workshop.hooks.at(-1, () => {});
}

/** One edit of one document by someone. One that cannot be made there is left out. */
export function change(workshop: Workshop, { kind, side, doc, slot }: Edit, looks: readonly Look[]): void {
  const path = placeOf(doc);
  const files = workshop.filesAt(side, path);
  const carrier = path.endsWith('.js') ? 'p.yaml' : 'metadata.json';
  const isThere = files.has(carrier);
  if (kind === 'add') {
    if (files.size === 0) workshop.write(side, path, fresh(path, looks[doc % looks.length] as Look, workshop.value()));
    return;
  }
  if (!isThere) return;
  if (kind === 'delete') {
    workshop.write(side, path, new Map());
    return;
  }
  if (kind === 'rename') {
    const to = others[slot % others.length] as string;
    if (path.endsWith('.js') || path === to || workshop.filesAt(side, to).size > 0) return;
    const wanted = new Set(workshop.wanted);
    workshop.write(side, to, files);
    workshop.write(side, path, new Map());
    for (const value of wanted) workshop.wanted.add(value);
    return;
  }
  const next = new Map(files);
  const alter = (name: string, by: (before: string) => string) => {
    const before = files.get(name);
    if (before) next.set(name, text(by(textOf(before)), before.mode));
  };
  const main = path.endsWith('.js') ? 'p.js' : 'main.js';
  const value = ['mode', 'drop', 'endings', 'malform', 'mend', 'strip'].includes(kind) ? '' : workshop.value();
  const isPair = path.endsWith('.js');
  if (kind === 'line') alter(main, (t) => t.replace(`// slot ${slot}:`, `// slot ${slot}: ${value}`));
  else if (kind === 'set')
    alter(main, (t) => t.replace(new RegExp(`// slot ${slot}:[^\r\n]*`), `// slot ${slot}: ${value}`));
  else if (kind === 'tag')
    alter(carrier, (t) =>
      isPair
        ? t.replace(/(tags:\r?\n)/, `$1  - "${value}"${t.includes('\r') ? '\r' : ''}\n`)
        : t.replace('"tags": [', `"tags": [\n    "${value}",`),
    );
  else if (kind === 'describe') alter(carrier, (t) => t.replace(/(description"?: )"[^"]*"/, `$1"${value}"`));
  else if (kind === 'file' && !isPair) next.set(`data-${value}txt`, text(value));
  else if (kind === 'notes' && !isPair)
    next.set('notes.md', text(`${textOf(files.get('notes.md'))}# Notes ${value}\n`));
  else if (kind === 'binary' && !isPair) next.set('asset.bin', text(`\0\xff\xfe ${value}`));
  else if (kind === 'mode')
    next.set(main, text(textOf(files.get(main)), files.get(main)?.mode === '100755' ? '100644' : '100755'));
  else if (kind === 'drop' && !isPair) next.delete('notes.md');
  else if (kind === 'endings')
    alter(main, (t) => (t.includes('\r') ? t.replaceAll('\r\n', '\n') : t.replaceAll('\n', '\r\n')));
  else if (kind === 'malform')
    alter(carrier, (t) =>
      t.includes('"tags": [') ? t.replace('"tags": [', '"tags": [[') : t.replace('tags:', 'tags: ['),
    );
  else if (kind === 'mend') alter(carrier, (t) => t.replace('"tags": [[', '"tags": [').replace('tags: [', 'tags:'));
  else if (kind === 'strip') next.delete(carrier);
  const landed = [...next.values()].some((content) => value !== '' && textOf(content).includes(value));
  if (value !== '' && !landed) workshop.wanted.delete(value);
  workshop.write(side, path, next);
}
