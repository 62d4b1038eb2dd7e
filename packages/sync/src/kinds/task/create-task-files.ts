import type { NewTask } from './fields.ts';
import { namedEntry } from './project-task.ts';
import { schemaFile } from './read-schema.ts';
import { newJson } from './revise-json.ts';
import { folderEntries, metadataName } from './shape.ts';
import { encode } from './text.ts';

/** The files of a new task in the folder form, path within its folder → bytes. Members of its metadata that are null are left out. */
export function createTaskFiles(task: NewTask, now: Date): Map<string, Uint8Array> {
  const { name, uuid, version, description } = task;
  const time = now.toISOString();
  const members = new Map<string, unknown>(
    Object.entries({
      created_at: time,
      updated_at: time,
      ...task.metadata,
      name,
      uuid,
      version,
      ...(description === undefined ? {} : { description }),
    }),
  );
  const [javascript, typescript] = folderEntries;
  const usual = task.sourceType === 'typescript' ? typescript : javascript;
  const named = namedEntry(Object.fromEntries(members));
  const entry = named?.endsWith(usual.slice(-3)) ? named : usual;
  if (named !== null && entry !== named) for (const key of ['entrypoint', 'main']) members.delete(key);

  // What names a task comes first, the times last.
  const order = ['name', 'uuid', 'version', 'label', 'description', 'tags'];
  const last = ['created_at', 'updated_at'];
  const keys = [...order, ...[...members.keys()].filter((key) => !order.includes(key) && !last.includes(key)), ...last];
  const metadata = keys.filter((key) => (members.get(key) ?? null) !== null).map((key) => [key, members.get(key)]);
  const files = new Map<string, Uint8Array>();
  files.set(metadataName, encode(newJson(Object.fromEntries(metadata))));
  files.set(entry, encode(task.sourceCode));
  for (const side of ['input', 'output'] as const) {
    const schema = task[`${side}Schema`] ?? null;
    if (schema !== null) files.set(schemaFile(side), encode(newJson(schema)));
  }
  return files;
}
