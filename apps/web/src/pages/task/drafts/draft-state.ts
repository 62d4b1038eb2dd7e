/** An edit that is not saved. */
export interface Draft {
  /** What it was made of; null: there was nothing. */
  readonly base: string | null;
  readonly text: string;
}

/** The unsaved edits of one task. */
export interface TaskDrafts {
  /** The revision that they rest on; null where there are none. */
  readonly revision: number | null;
  readonly items: Readonly<Record<string, Draft>>;
}

/** A part of a task that is edited by itself, whatever file it stands in. */
export type Part = 'metadata' | 'input' | 'output';
export const parts: readonly Part[] = ['metadata', 'input', 'output'];

const filePrefix = 'file:';
export const fileKey = (path: string): string => filePrefix + path;
/** The path that a key stands for; null: it is of a part. */
export const pathOf = (key: string): string | null =>
  key.startsWith(filePrefix) ? key.slice(filePrefix.length) : null;

const partNames: Readonly<Record<string, string>> = {
  metadata: 'Metadata',
  input: 'Input schema',
  output: 'Output schema',
};
/** What people call it. */
export const keyName = (key: string): string => pathOf(key) ?? partNames[key] ?? key;

export const noDrafts: TaskDrafts = { revision: null, items: {} };
export const draftKeys = ({ items }: TaskDrafts): string[] => Object.keys(items).sort();
export const isDirty = ({ items }: TaskDrafts): boolean => Object.keys(items).length > 0;

/** With a text as it is now; one that came back to what it was made of is no draft. */
export function written(
  drafts: TaskDrafts,
  key: string,
  { base, text, revision }: Draft & { readonly revision: number },
): TaskDrafts {
  const from = drafts.items[key]?.base;
  const draft: Draft = { base: from === undefined ? base : from, text };
  if (draft.text === draft.base) return dropped(drafts, [key]);
  return { revision: drafts.revision ?? revision, items: { ...drafts.items, [key]: draft } };
}

export function dropped(drafts: TaskDrafts, keys: readonly string[]): TaskDrafts {
  const items = Object.fromEntries(Object.entries(drafts.items).filter(([key]) => !keys.includes(key)));
  return Object.keys(items).length > 0 ? { ...drafts, items } : noDrafts;
}

/** After what was sent is stored; what was typed meanwhile rests on it. */
export function stored(drafts: TaskDrafts, sent: Readonly<Record<string, string>>, revision: number): TaskDrafts {
  const items = Object.entries(drafts.items).flatMap(([key, draft]): [string, Draft][] => {
    const text = sent[key];
    if (text === undefined) return [[key, draft]];
    return draft.text === text ? [] : [[key, { base: text, text: draft.text }]];
  });
  return items.length > 0 ? { revision, items: Object.fromEntries(items) } : noDrafts;
}

/**
 * The edits on top of a later revision. `texts`: what the parts hold there and what is to become of ours; a part that is not
 * named goes on as it is.
 */
export function rebased(
  drafts: TaskDrafts,
  revision: number,
  texts: Readonly<Record<string, { readonly base: string | null; readonly text: string | null }>>,
): TaskDrafts {
  const items = Object.entries(drafts.items).flatMap(([key, draft]): [string, Draft][] => {
    const next = texts[key];
    if (!next) return [[key, draft]];
    return next.text === null || next.text === next.base ? [] : [[key, { base: next.base, text: next.text }]];
  });
  return items.length > 0 ? { revision, items: Object.fromEntries(items) } : noDrafts;
}

export const renamed = (drafts: TaskDrafts, from: string, to: string): TaskDrafts => {
  const { [fileKey(from)]: moved, ...rest } = drafts.items;
  return moved ? { ...drafts, items: { ...rest, [fileKey(to)]: moved } } : drafts;
};

/** As kept over a reload; null where what was kept cannot be read. */
export function readDrafts(kept: string | null): TaskDrafts | null {
  if (kept === null) return null;
  try {
    const { revision, items } = JSON.parse(kept) as TaskDrafts;
    const sound =
      typeof revision === 'number' &&
      Object.values(items).every(
        ({ base, text }) => typeof text === 'string' && (base === null || typeof base === 'string'),
      );
    return sound && Object.keys(items).length > 0 ? { revision, items } : null;
  } catch {
    return null;
  }
}
