import { RatchetError } from '@ratchet/contract/errors';
import type { Effective, Source } from './effective.ts';
import { settingNamed } from './every-setting.ts';
import type { Fault } from './fault.ts';
import { readText } from './read-file.ts';

const rank: Readonly<Record<Source, number>> = { default: 0, file: 1, environment: 2, argument: 3 };

/** Secrets that may stand in a file of their own, with the setting that names it. The keys' file has a form of its own. */
const inFiles = [...settingNamed.values()].filter(
  ({ name, secret }) => secret && settingNamed.has(`${name}_file`) && name !== 'security.keys',
);

/** Puts in what the named files hold. Where secret and file are both given, the one from further up counts. */
export function takeSecretFiles(
  given: ReadonlyMap<string, Effective>,
  faults: Fault[],
): ReadonlyMap<string, Effective> {
  const values = new Map(given);
  const both = (name: string, file: Effective) =>
    faults.push({
      where: file.where,
      ...file.at?.([]),
      setting: file.setting.name,
      message: `stands beside ${name}. Keep one of them.`,
    });
  for (const { name, schema } of inFiles) {
    const [secret, file] = [given.get(name) as Effective, given.get(`${name}_file`) as Effective];
    if (typeof file.value !== 'string' || rank[secret.source] > rank[file.source]) continue;
    if (rank[secret.source] === rank[file.source]) {
      both(name, file);
      continue;
    }
    const value = read(file, faults);
    if (value === null) continue;
    if (schema.safeParse(value).success) values.set(name, { ...file, setting: secret.setting, value });
    else
      faults.push({
        where: file.where,
        ...file.at?.([]),
        setting: file.setting.name,
        message: `The file does not hold what ${name} takes.`,
      });
  }
  const [keys, keysFile] = [given.get('security.keys') as Effective, given.get('security.keys_file') as Effective];
  if (keysFile.value !== null && rank[keys.source] > 0) {
    if (rank[keys.source] === rank[keysFile.source]) both('security.keys', keysFile);
    else {
      const weaker = rank[keys.source] > rank[keysFile.source] ? keysFile : keys;
      values.set(weaker.setting.name, { ...weaker, value: weaker.setting.usual });
    }
  }
  return values;
}

function read(file: Effective, faults: Fault[]): string | null {
  const wrong = (message: string) => {
    faults.push({ where: file.where, ...file.at?.([]), setting: file.setting.name, message });
    return null;
  };
  try {
    const found = readText(String(file.value));
    if (!found) return wrong('There is no such file.');
    const value = found.text.replace(/\r?\n$/, '');
    return value === '' ? wrong('The file is empty.') : value;
  } catch (error) {
    if (!(error instanceof RatchetError)) throw error;
    return wrong(error.message.replace(`${file.value}: `, 'The file '));
  }
}
