import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@ratchet/contract/json';

export type Language = 'javascript' | 'typescript';
export type JsonRecord = Readonly<Record<string, Json>>;

/** A beginning for a task, as it lies in its folder. */
export interface Template {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** JSON Schema of what generating takes, with defaults. */
  readonly parameters: { readonly properties: Readonly<Record<string, JsonRecord>> } & JsonRecord;
  /** Further members of the task's metadata, with placeholders. */
  readonly metadata: JsonRecord;
  /** Code by language, with placeholders. */
  readonly code: Readonly<Record<Language, string>>;
  /** Every other file by path, with placeholders. */
  readonly files: ReadonlyMap<string, string>;
}

const root = join(import.meta.dirname, '..', '..', 'templates');
const entries: Readonly<Record<Language, string>> = { javascript: 'main.js', typescript: 'main.ts' };
const about = 'template.json';

/** The templates that come with Ratchet, by name. Throws where one of them is not whole. */
export function readTemplates(folder: string = root): ReadonlyMap<string, Template> {
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readTemplate(name, join(folder, name))]));
}

function readTemplate(name: string, folder: string): Template {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const texts = new Map(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')]));
  const take = (path: string): string => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`The template ${name} has no ${path}.`);
    texts.delete(path);
    return text;
  };
  const { label, description, parameters, metadata } = JSON.parse(take(about));
  const code = { javascript: take(entries.javascript), typescript: take(entries.typescript) };
  return { name, label, description, parameters, metadata, code, files: texts };
}
