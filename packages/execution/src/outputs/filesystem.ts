import { randomUUID } from 'node:crypto';
import { realpath, unlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type FilesystemConfig as Config, FilesystemConfig } from './config-filesystem.ts';
import { DeliveryError, unfit } from './delivery-error.ts';
import type { Delivered, DestinationType } from './destination-type.ts';
import { withFileLock } from './file-lock.ts';
import { bodyOf, format } from './format.ts';
import { csvColumns, csvText, readCsvHeader } from './format-csv.ts';
import { contentOf, type Message } from './message.ts';
import { checkRoot, folderFor, type PlaceRules } from './output-place.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';
import { append, writeWhole } from './write-file.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The server’s user may not write there. Change the permissions of the folder, or root.',
  EPERM: 'The server’s user may not write there. Change the permissions of the folder, or root.',
  EROFS: 'The folder is on a disk that can only be read.',
  ENOSPC: 'No space is left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  ENOTDIR: 'A part of the path is a file, not a folder.',
  EISDIR: 'The path is a folder.',
  ELOOP: 'The path is a link, which outputs are not appended to.',
  ENAMETOOLONG: 'The path is too long.',
  EMFILE: 'The server has too many files open.',
};
/** What does not mend itself by waiting. */
const lasting = new Set(['ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);
const headBytes = 65_536;

/** What is added to a file: JSON lines, CSV under the header that is there, or a text and a line's end. */
function addition(value: unknown, config: Config, head: string): string {
  if (config.format !== 'csv') {
    const text = format(value, { ...config, indent: 0, encoding: 'utf8' }).bytes.toString('utf8');
    return text.endsWith('\n') ? text : `${text}\n`;
  }
  const standing = config.header ? readCsvHeader(head, config.delimiter) : null;
  const columns = config.columns ?? standing ?? undefined;
  const strange = (csvColumns(value) ?? []).filter(
    (name) => standing !== null && config.columns === undefined && !standing.includes(name),
  );
  if (strange.length > 0)
    throw unfit(
      `The file has no column ${strange.join(', ')}. Name the columns in the configuration, or begin another file.`,
    );
  return csvText(value, { ...config, columns, header: config.header && head === '' });
}

function faultOf(error: unknown, target: string): DeliveryError {
  if (error instanceof DeliveryError)
    return new DeliveryError(error.message, { final: error.final, outage: error.outage, target, cause: error });
  const { code = '' } = error as NodeJS.ErrnoException;
  // The system's own words hold the path.
  const text = reasons[code] ?? `The file could not be written (${code || 'unknown reason'}).`;
  return new DeliveryError(text, { final: lasting.has(code), outage: !lasting.has(code), target, cause: error });
}

/** Files below a folder of the server. */
export function filesystem(rules: PlaceRules): DestinationType<Config> {
  async function deliver(message: Message, config: Config, signal: AbortSignal): Promise<Delivered> {
    const target = render(config.path, 'path', variablesOf(message));
    const parts = target.split('/');
    const name = parts.pop() as string;
    try {
      const folder = await folderFor(config.root, parts, Number.parseInt(config.directoryMode, 8), rules);
      signal.throwIfAborted();
      const path = join(folder, name);
      const mode = Number.parseInt(config.fileMode, 8);
      if (config.mode === 'append') {
        const value = contentOf(message, config.content);
        const add = () => append(path, mode, (head) => addition(value, config, head), headBytes);
        return { target, response: null, bytes: await withFileLock(path, signal, add) };
      }
      const { bytes } = bodyOf(message, config);
      const again = message.attempt > 1;
      const at = await writeWhole(path, bytes, { mode, onCollision: config.onCollision, again });
      return { target: relative(await realpath(config.root), at), response: null, bytes: bytes.length };
    } catch (error) {
      if (signal.aborted) throw error;
      throw faultOf(error, target);
    }
  }
  return {
    schema: FilesystemConfig,
    secrets: [],
    templates: ({ path }) => [{ path: 'path', text: path, use: 'path' }],
    check: ({ root }) => checkRoot(root, rules),
    deliver,
    // A sample in a file that others read, or its columns in the first line, would be there for good.
    async test({ root }) {
      try {
        const folder = await folderFor(root, [], 0o750, rules);
        const path = join(folder, `.ratchet-${randomUUID()}.tmp`);
        await writeFile(path, 'trial\n', { flag: 'wx', mode: 0o600 });
        await unlink(path);
      } catch (error) {
        throw faultOf(error, '.');
      }
      return { target: '.', response: 'A file could be written in root, and was removed again.', bytes: 0 };
    },
  };
}
