import { basename } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { Declaration } from '@ratchet/repositories/declare-repositories';
import { declarationOf } from '../declaration-of.ts';
import type { Configuration } from './configuration.ts';

type Sources = Configuration['registry']['sources'];

/** What `registry.sources` says, as a file of repositories would. */
function entryOf({ config, name, path, url, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const uri = path ?? url;
  return { ...(config as object | undefined), ...rest, uri, name: name ?? nameIn(String(uri ?? '')) };
}

const nameIn = (uri: string): string =>
  basename(uri.replace(/[/:]+$/, '').replaceAll(':', '/')).replace(/\.(git|zip)$/, '');

/** What keeps sources from being declared, by the part of the list. */
export function sourceFaults(sources: readonly Record<string, unknown>[]): { part: PropertyKey[]; message: string }[] {
  const faults: { part: PropertyKey[]; message: string }[] = [];
  const names = new Set<string>();
  for (const [i, source] of sources.entries()) {
    const { path, url, type } = source;
    if ((path === undefined) === (url === undefined)) {
      faults.push({ part: [i], message: `Source ${i + 1} needs path or url, one of them.` });
      continue;
    }
    const local = type === 'filesystem' || type === 'zip';
    if (local && url !== undefined)
      faults.push({ part: [i, 'url'], message: `A source of type ${type} has a path, no url.` });
    if (type === 'http' && path !== undefined)
      faults.push({ part: [i, 'path'], message: 'A source of type http has a url, no path.' });
    const entry = entryOf(source);
    const name = String(entry.name);
    if (names.has(name))
      faults.push({ part: [i], message: `Two sources are called ${JSON.stringify(name)}. Give one another name.` });
    names.add(name);
    try {
      declarationOf(entry);
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      faults.push({ part: [i], message: `Source ${i + 1}: ${error.message}` });
    }
  }
  return faults;
}

/** The repositories that the configuration declares itself. */
export const declaredSources = (sources: Sources, pushback: Readonly<Record<string, unknown>>): Declaration[] =>
  sources.map((source) => declarationOf(entryOf(source), pushback));
