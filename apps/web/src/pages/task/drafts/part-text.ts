import type { Task } from '@ratchet/contract/entities/task';
import type { Part } from './draft-state.ts';

type Parts = Pick<Task, 'metadata' | 'inputSchema' | 'outputSchema'>;

const partValue = (task: Parts, part: Part): unknown =>
  ({ metadata: task.metadata, input: task.inputSchema, output: task.outputSchema })[part];

/** The text that a part is edited as, its members in the order of the JSON file that holds it, where there is one. */
export function partText(task: Parts, part: Part, file: string | null): string {
  const value = partValue(task, part);
  if (value === null) return '';
  return `${JSON.stringify(inOrderOf(value, file === null ? null : readJson(file)), null, 2)}\n`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value with its members in the order that they have in another; those that are not there come last. */
export function inOrderOf(value: unknown, model: unknown): unknown {
  if (Array.isArray(value)) {
    const models = Array.isArray(model) ? model : [];
    return value.map((item, at) => inOrderOf(item, models[at]));
  }
  if (!isRecord(value) || !isRecord(model)) return value;
  const names = [
    ...Object.keys(model).filter((name) => Object.hasOwn(value, name)),
    ...Object.keys(value).filter((name) => !Object.hasOwn(model, name)),
  ];
  return Object.fromEntries(names.map((name) => [name, inOrderOf(value[name], model[name])]));
}
