import type { Page } from '@ratchet/contract/paging';

/** Characters of a text rendering; the structured content has everything. */
const textLimit = 60_000;
const cellLimit = 120;
const columnLimit = 8;

/** What an agent reads of an answer: a line an item for lists, a line a member for things, code as code. */
export function renderText(value: unknown): string {
  const text = isPage(value)
    ? page(value)
    : Array.isArray(value)
      ? list(value)
      : isObject(value)
        ? thing(value)
        : scalar(value);
  return text.length > textLimit
    ? `${text.slice(0, textLimit)}\n… ${text.length - textLimit} more characters stand in the structured content.`
    : text;
}

type Thing = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Thing =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isPage = (value: unknown): value is Page<unknown> =>
  isObject(value) && Array.isArray(value.items) && isObject(value.meta) && 'total' in value.meta;

function page({ items, meta }: Page<unknown>): string {
  const shown = `${meta.total} in all; page ${meta.page} of ${Math.max(1, meta.totalPages)}.`;
  const more = meta.hasNext
    ? `\nMore: ask again with ${meta.nextCursor ? `cursor ${JSON.stringify(meta.nextCursor)}` : `page ${meta.page + 1}`}.`
    : '';
  return `${shown}${items.length > 0 ? `\n${list(items)}` : ''}${more}`;
}

const list = (items: readonly unknown[]): string =>
  items.length === 0 ? 'None.' : items.map((item) => `- ${isObject(item) ? line(item) : scalar(item)}`).join('\n');

/** What names a thing comes first. */
const noise = new Set(['uuid', 'checksum', 'digest', 'storageType']);
const naming = ['name', 'title', 'label', 'message', 'taskName', 'repositoryPath', 'path'];

function line(item: Thing): string {
  const title = naming.find((name) => typeof item[name] === 'string' && item[name] !== '');
  const cells = Object.entries(item)
    .filter(
      ([name, value]) =>
        name !== title && !noise.has(name) && value !== null && value !== '' && typeof value !== 'object',
    )
    .slice(0, columnLimit)
    .map(([name, value]) => `${name}: ${cut(String(value))}`);
  return [...(title ? [cut(String(item[title]))] : []), ...cells].join(' | ');
}

function thing(value: Thing): string {
  const lines: string[] = [];
  const blocks: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined) continue;
    if (typeof member === 'string' && member.includes('\n')) blocks.push(`${name}:\n${fenced(member)}`);
    else if (typeof member === 'object') lines.push(`${name}: ${JSON.stringify(member)}`);
    else lines.push(`${name}: ${scalar(member)}`);
  }
  return [...lines, ...blocks].join('\n');
}

const scalar = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'Done.'));

const cut = (text: string): string => {
  const plain = text.replace(/\s+/g, ' ');
  return plain.length > cellLimit ? `${plain.slice(0, cellLimit - 1)}…` : plain;
};

/** A fence that the text itself cannot end. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}
