import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentPages } from '@ratchet/transports/mcp/options';

const folder = join(import.meta.dirname, '../../../docs/guide');

/** The guides that come with the server, read once. */
export function guidePages(): DocumentPages {
  const pages = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => [name.slice(0, -'.md'.length), readFileSync(join(folder, name), 'utf8')]),
  );
  return {
    list: () => [...pages].map(([name, text]) => ({ name, title: /^# (.+)$/m.exec(text)?.[1] ?? name })),
    read: (name) => pages.get(name) ?? null,
  };
}
