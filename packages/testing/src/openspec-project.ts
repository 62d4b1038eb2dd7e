import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { delta, design, mainSpec, proposals, type Topic, taskLists } from './openspec-text.ts';
import { type Draw, drawing, subjects, verbs } from './openspec-words.ts';

interface OpenSpecProject {
  /** Folders of the open changes, in the order of their names. */
  readonly changes: readonly string[];
  /** Folders below `archive`. */
  readonly archived: readonly string[];
}

/**
 * Writes a project with an openspec folder as people keep them: `changes` open ones (100 by default) and `archived` ones
 * (10), in every style that was seen: with CRLF, byte order marks, tabs, no final newline, fences, nested and unnumbered
 * tasks, no tasks, bytes that are no UTF-8, pictures and notes beside, scripts that may be run. Main specs are there, so that deltas have
 * something to change. The same seed writes the same bytes.
 */
export async function writeOpenSpecProject(
  folder: string,
  { changes = 100, archived = 10, seed = 1 }: { changes?: number; archived?: number; seed?: number } = {},
): Promise<OpenSpecProject> {
  const draw = drawing(seed);
  const files = new Map<string, Uint8Array>();
  const put = (path: string, content: string | Uint8Array) =>
    files.set(path, typeof content === 'string' ? Buffer.from(content) : content);

  put('README.md', '# Shop\n\nOrders, invoices and what belongs to them.\n');
  put('src/main.ts', "console.log('shop');\n");
  put('openspec/project.md', '# Project\n\n## Purpose\nA shop.\n\n## Tech Stack\n- TypeScript\n- PostgreSQL\n');
  put('openspec/AGENTS.md', '# OpenSpec Instructions\n\n- [ ] 1.1 not a task of any change\n');
  put('openspec/config.yaml', 'schema: spec-driven\n\ncontext: |\n  Tech stack: TypeScript, PostgreSQL\n');
  for (const [capability, title] of known)
    put(`openspec/specs/${capability}/spec.md`, mainSpec(title, requirementsOf(title)));

  const open: string[] = [];
  for (let at = 0; at < changes; at++) {
    const topic = topicOf(at, draw);
    open.push(topic.folder);
    for (const [path, content] of changeFiles(topic, at, draw))
      put(`openspec/changes/${topic.folder}/${path}`, content);
  }
  const old: string[] = [];
  for (let at = 0; at < archived; at++) {
    const topic = topicOf(changes + at, draw);
    const day = new Date(Date.UTC(2025, 8, 1 + at * 3)).toISOString().slice(0, 10);
    old.push(`${day}-${topic.folder}`);
    for (const [path, content] of changeFiles(topic, at, draw, 1))
      put(`openspec/changes/archive/${day}-${topic.folder}/${path}`, content);
  }
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return { changes: open.toSorted(), archived: old.toSorted() };
}

const known = subjects.filter((_, at) => at % 2 === 0);

const requirementsOf = (title: string): string[] =>
  ['are quick', 'are safe', 'are counted', 'are shown'].map((what) => `${title} ${what}`);

function topicOf(at: number, draw: Draw): Topic {
  const [name, subject, does] = draw.pick(subjects);
  const verb = draw.pick(verbs);
  return {
    folder: `${verb}-${name}-${at + 1}`,
    title: `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)} ${subject.toLowerCase()}`,
    does,
    capability: name,
    known: known.some(([one]) => one === name),
  };
}

/** Files of a change, path within it → content. The first eleven have one oddity each, later ones by chance. */
function changeFiles(
  topic: Topic,
  at: number,
  draw: Draw,
  share = draw.pick([0, 0.3, 0.6, 1]),
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const oddity = at < 11 ? at : draw.below(30);
  if (oddity === 1) return files.set('.openspec.yaml', 'schema: spec-driven\ncreated: 2025-10-02\n');
  const subject = subjects.find(([name]) => name === topic.capability)?.[1] ?? topic.title;
  if (oddity === 2) files.set('.openspec.yaml', 'schema: spec-driven\ncreated: 2025-10-02\nskip_specs: true\n');
  else files.set(`specs/${topic.capability}/spec.md`, delta(topic, requirementsOf(subject), draw));
  files.set('proposal.md', draw.pick(proposals)(topic, draw));
  if (oddity !== 3) files.set('tasks.md', draw.pick(taskLists)(draw, share));
  if (draw.chance(0.4)) files.set('design.md', design(topic, draw));

  if (oddity === 4 || oddity === 5)
    for (const [path, text] of files) files.set(path, String(text).replaceAll('\n', '\r\n'));
  if (oddity === 5 || oddity === 6) for (const [path, text] of files) files.set(path, `\uFEFF${text}`);
  if (oddity === 7) {
    files.set('notes/ideas.md', '# Ideas\n\n- [ ] 1.1 not counted\n');
    files.set('notes/Grüße aus Köln.txt', 'hallo');
    files.set('mock-up.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff, 0xfe, 1]));
    files.set('try-it.sh', '#!/bin/sh\necho try\n');
  }
  if (oddity === 8) files.set('design.md', Buffer.from('# Entwurf\n\n## Gr\xf6\xdfe\n\nin Latin-1\n', 'latin1'));
  if (oddity === 9) files.set('tasks.md', '');
  if (oddity === 10)
    files.set('tasks.md', Buffer.concat([Buffer.from(String(files.get('tasks.md'))), Buffer.from([0xff, 0xfe, 10])]));
  return files;
}
