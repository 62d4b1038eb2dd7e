import type { JsonRecord } from './json-value.ts';

/** A tag of a script's leading comment, with the place of what it says. */
export interface Tag {
  readonly name: string;
  readonly value: string;
  /** Offset of the `@`. */
  readonly from: number;
  /** Offsets of the value as it is written; equal where there is none. */
  readonly valueFrom: number;
  readonly to: number;
}

export interface LeadingComment {
  readonly tags: readonly Tag[];
  /** What goes between the last tag and a further one. */
  readonly prefix: string;
}

/** Comments before the first token, a `#!` line and `'use strict'` aside. */
const leading = /^(?:#![^\n]*\n)?(?:\s+|['"]use strict['"];?|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/;
const anyComment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const tagLine = /^([ \t]*(?:(?:\/\*+|\/\/+|\*(?!\/))[ \t]*)?)@([A-Za-z_$][\w.$-]*)(?:([ \t]+)([\s\S]*))?$/;

/** The tags of the comments that stand before the code. */
export function readComment(code: string): LeadingComment {
  const tags: Tag[] = [];
  let prefix = '\n * ';
  let description = null as Tag | null;
  for (const { line, at, isBlock, isFirst } of commentLines(code)) {
    const found = tagLine.exec(line);
    if (isFirst && isBlock) description = null;
    if (found) {
      const [, before = '', name = '', gap = '', value = ''] = found;
      const from = at + before.length;
      const valueFrom = from + 1 + name.length + gap.length;
      const tag = { name, value, from, valueFrom, to: valueFrom + value.length };
      tags.push(tag);
      description = name === 'description' ? tag : null;
      prefix = `\n${before.includes('/*') ? `${before.slice(0, before.indexOf('/'))} * ` : before || '// '}`;
    } else if (description) {
      const text = line.replace(/^[ \t]*(?:\*|\/\/)?[ \t]?/, '');
      description = {
        ...description,
        value: `${description.value}\n${text}`,
        to: text ? at + line.length : description.to,
      };
      tags[tags.length - 1] = description;
    }
  }
  return { tags: tags.map((tag) => ({ ...tag, value: tag.value.trim() })), prefix };
}

interface CommentLine {
  /** Without what ends a block and without white space at its end. */
  readonly line: string;
  readonly at: number;
  readonly isBlock: boolean;
  /** Whether it opens its comment. */
  readonly isFirst: boolean;
}

function* commentLines(code: string): Generator<CommentLine> {
  const head = leading.exec(code)?.[0] ?? '';
  for (const { 0: comment, index } of head.matchAll(anyComment)) {
    const isBlock = comment.startsWith('/*');
    const text = isBlock ? comment.slice(0, -2) : comment;
    let at = index;
    for (const line of text.split('\n')) {
      yield { line: line.trimEnd(), at, isBlock, isFirst: at === index };
      at += line.length + 1;
    }
  }
}

/** Whether code says in its leading comment that it is a task. */
export const isScriptTask = (code: string): boolean => readComment(code).tags.some((tag) => tag.name === 'version');

/** Tags whose text is taken as it is; the text of any other may be JSON. */
const textTags = new Set(['name', 'uuid', 'version', 'label', 'description', 'author', 'created_at', 'updated_at']);

/** The tags as metadata: `@tag` and `@tags` make `tags`, any other tag that stands twice makes a list. */
export function metadataOf(comment: LeadingComment): JsonRecord {
  const metadata = new Map<string, unknown>();
  const tags: string[] = [];
  for (const { name, value } of comment.tags) {
    if (name === 'tag' || name === 'tags') tags.push(...listOf(value));
    else if (textTags.has(name)) metadata.set(name, metadata.get(name) ?? value);
    else metadata.set(name, metadata.has(name) ? [metadata.get(name), jsonOr(value)].flat() : jsonOr(value));
  }
  if (tags.length > 0) metadata.set('tags', tags);
  return Object.fromEntries(metadata);
}

/** Members of the metadata as the texts of tags of their names, one per tag; null: none. */
export function tagValues(members: ReadonlyMap<string, unknown>): Map<string, readonly string[] | null> {
  const values = new Map<string, readonly string[] | null>();
  for (const [key, value] of members) {
    if (key === 'tags') values.set('tag', Array.isArray(value) ? value.map(String) : null);
    else values.set(key, value === null ? null : [textTags.has(key) ? String(value) : writtenAs(value)]);
  }
  return values;
}

/** A text that would read as JSON is quoted; what would end the comment is escaped. */
function writtenAs(value: unknown): string {
  if (typeof value === 'string' && jsonOr(value) === value) return value;
  return JSON.stringify(value).replaceAll('*/', '*\\/');
}

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function jsonOr(text: string): unknown {
  if (!/^[[{"\d-]|^(?:true|false|null)$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
