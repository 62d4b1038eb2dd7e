import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { isSection, root, type Section, type Setting, settingNamed } from './every-setting.ts';
import type { Fault } from './fault.ts';
import { fromText } from './from-text.ts';
import { FromVariables, plainValue } from './plain-value.ts';

const mostBytes = 1024 * 1024;
const mostNodes = 20_000;

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface FileEntry {
  readonly setting: Setting;
  readonly value: unknown;
  /** It stands there itself, and does not come from a variable. */
  readonly literal: boolean;
  /** Where a part of the value stands; the whole for an empty path. */
  at(path: readonly PropertyKey[]): Place;
}

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  readonly digest: string;
  /** Permission bits. */
  readonly mode: number;
  readonly document: Document;
  readonly lines: LineCounter;
  /** What the file sets, by dotted name. A value that is empty sets nothing. */
  readonly entries: ReadonlyMap<string, FileEntry>;
  readonly faults: readonly Fault[];
  /** Variables that its values take, outside of what declares repositories. */
  readonly variables: readonly string[];
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The bytes of a file, as text, with its permissions; null: there is none. Throws VALIDATION_FAILED for what is no such text. */
export function readText(path: string): { text: string; mode: number } | null {
  const refuse = (message: string) => new RatchetError('VALIDATION_FAILED', `${path}: ${message}`);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw refuse(code === 'EACCES' ? 'may not be read by this user.' : `cannot be read (${code}).`);
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw refuse('is no file.');
    // One more than may be: a file that grows while it is read is too large all the same.
    const bytes = Buffer.alloc(mostBytes + 1);
    let size = 0;
    for (let got = 1; got > 0 && size < bytes.length; size += got)
      got = readSync(file, bytes, size, bytes.length - size, null);
    if (size > mostBytes) throw refuse(`has more than ${mostBytes} bytes, which no configuration needs.`);
    const whole = bytes.subarray(0, size);
    if (!isUtf8(whole)) throw refuse('is not UTF-8. Save it as UTF-8 text.');
    if (whole.includes(0)) throw refuse('holds a NUL character: it is no text.');
    return { text: whole.toString('utf8'), mode: found.mode & 0o777 };
  } finally {
    closeSync(file);
  }
}

/** What a YAML text sets. Everything wrong in it is in `faults`. */
export function readConfiguration(
  path: string,
  { text, mode }: { text: string; mode: number },
  environment: Readonly<Record<string, string | undefined>>,
): ConfigurationFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const faults: Fault[] = [];
  const entries = new Map<string, FileEntry>();
  const variables = new Set<string>();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const placeOf = (node: Node | null | undefined): Place => placeAt(node?.range?.[0] ?? 0);
  const wrong = (place: Place, setting: string, message: string) =>
    void faults.push({ where: path, ...place, setting, message });

  for (const { pos, code, message } of [...document.errors, ...document.warnings])
    wrong(placeAt(pos[0]), '', sayYaml(code, message));
  const budget = { left: mostNodes };
  // A key that stands twice leaves the rest as readable as it was.
  if (document.errors.every(({ code }) => code === 'DUPLICATE_KEY'))
    readSection(document.contents as Node | null, root);

  function readSection(given: Node | null | undefined, section: Section): void {
    const node = isAlias(given) ? (given.resolve(document) as Node | undefined) : given;
    if (!node || (isScalar(node) && node.value === null)) return;
    if (!isMap(node)) {
      wrong(placeOf(given), section.name, `must be a section with settings${section.name ? '' : ', such as server:'}.`);
      return;
    }
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      const member = section.members.find(([name]) => name === key)?.[1];
      if (!member) wrong(placeOf(pair.key), '', unknownKey(key, section));
      else if (isSection(member)) readSection(pair.value, member);
      else readSetting(pair, member);
    }
  }

  function readSetting({ key, value: node }: Pair<Node, Node | null>, setting: Setting): void {
    let readable = true;
    const value = plainValue(node, {
      document,
      lines,
      environment,
      budget,
      used: (name) => {
        if (setting.name !== 'registry.sources') variables.add(name);
      },
      wrong: (at, message) => {
        readable = false;
        wrong(placeOf(at ?? key), setting.name, message);
      },
    });
    if (!readable || value === null || value === undefined) return;
    entries.set(setting.name, {
      setting,
      value: value instanceof FromVariables ? fromText(setting, value.text) : value,
      literal: !text.slice(...(node?.range ?? [0, 0])).includes('${'),
      at: (path) => placeOf(deepest(document, node, path) ?? node ?? key),
    });
  }

  return { path, text, digest: digestOf(text), mode, document, lines, entries, faults, variables: [...variables] };
}

/** The node at a path within another one, or the last one on the way there. */
function deepest(document: Document, node: Node | null, path: readonly PropertyKey[]): Node | null {
  let at = isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? node) : node;
  for (const key of path) {
    const next =
      isMap(at) || 'items' in (at ?? {})
        ? ((at as { get(k: unknown, keep: true): unknown }).get(key, true) as Node)
        : null;
    if (!next) break;
    at = next;
  }
  return at;
}

function unknownKey(key: string | null, section: Section): string {
  if (key === null) return 'A key must be a plain word.';
  const dotted = section.name === '' ? key : `${section.name}.${key}`;
  const names = section.members.map(([name]) => name);
  const near = nearestName(key, names);
  const elsewhere = [...settingNamed.keys()].find((name) => name.endsWith(`.${key}`));
  const hint = near
    ? ` Did you mean ${near}?`
    : elsewhere
      ? ` Did you mean ${elsewhere}?`
      : ` ${section.name === '' ? 'There are the sections' : 'It has'} ${names.join(', ')}.`;
  return `${dotted} is not known.${hint}`;
}

/** The library's words, for the mistakes that people make. */
function sayYaml(code: string, message: string): string {
  const first = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
  if (code === 'DUPLICATE_KEY') return 'The key stands twice. Keep one of them.';
  if (code === 'TAB_AS_INDENT') return 'A tab stands where spaces must: YAML is indented with spaces.';
  if (code === 'MULTIPLE_DOCS') return 'There is a second document after ---. Keep one.';
  if (/call stack/.test(message)) return 'It is nested too deep.';
  return `${first}${/[.!?]$/.test(first) ? '' : '.'}`;
}
