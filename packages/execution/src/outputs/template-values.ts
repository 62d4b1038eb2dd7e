import type { Message } from './message.ts';

/** Where a template stands, which says how the values in it are made harmless. */
export type TemplateUse = 'path' | 'url' | 'header' | 'key' | 'address' | 'line' | 'text' | 'html';

/** What templates can name, besides `output` with whatever is in it. */
export const variableNames = {
  task: ['id', 'name', 'version'],
  execution: ['id', 'status', 'attempt'],
  job: ['id'],
  delivery: ['id'],
  error: ['class', 'message'],
  date: null,
  time: null,
  timestamp: null,
} as const;

export type Variables = Readonly<Record<string, unknown>>;

/** The time is that of the execution's end, so that every attempt comes to the same texts. */
export function variablesOf(message: Message, secret: Readonly<Record<string, string>> = {}): Variables {
  const { task, execution, job, output, error, deliveryId } = message;
  const [date, time] = execution.finishedAt.split('T') as [string, string];
  return {
    task,
    execution: { id: execution.id, status: execution.status, attempt: execution.attempt },
    job,
    delivery: { id: deliveryId },
    error: error ?? { class: '', message: '' },
    output,
    secret,
    date,
    time: time.slice(0, 8),
    timestamp: execution.finishedAt,
  };
}

const plain = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const control = /\p{Cc}/gu;
const longestSegment = 120;

/** A value as a part of one segment of a path: it can neither leave it nor name a folder. */
function inPath(text: string): string {
  const tame = text
    .toWellFormed()
    .replaceAll(':', '-')
    .replace(/[/\\*?"<>|]/g, '_')
    .replace(control, '_')
    .replace(/^\.+/, (dots) => '_'.repeat(dots.length))
    .trim();
  return [...tame].slice(0, longestSegment).join('') || '_';
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const writers: Readonly<Record<TemplateUse, (text: string) => string>> = {
  path: inPath,
  // A segment of dots goes up, also one that is encoded.
  url: (text) => encodeURIComponent(text.toWellFormed()).replace(/^\.+$/, (dots) => dots.replaceAll('.', '_')),
  header: (text) =>
    text.replace(control, ' ').replace(/[^\u0020-\u007e]+/gu, (part) => encodeURIComponent(part.toWellFormed())),
  key: (text) => text.replace(control, '_'),
  // One value is one address: it can add neither a recipient nor a name.
  address: (text) => text.replace(/[\s,;:<>"()[\]\\\p{Cc}]/gu, ''),
  line: (text) => text.replace(control, ' '),
  text: (text) => text,
  html: (text) => text.replace(/[&<>"']/g, (character) => entities[character] ?? ''),
};

/** A value as a text that is harmless where it stands. */
export const written = (value: unknown, use: TemplateUse): string => writers[use](plain(value));
