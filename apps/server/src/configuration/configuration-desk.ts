import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '@ratchet/contract/entities/config';
import { type Issue, RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import type * as z from 'zod';
import type { LiveSettings } from '../live-settings.ts';
import { readSettings, type StartOptions, settingsOf } from '../settings.ts';
import { changeYaml } from './edit-file.ts';
import { everySetting, settingNamed } from './every-setting.ts';
import { configurationOf, type LoadedConfiguration } from './load-configuration.ts';
import { digestOf, readText } from './read-file.ts';
import { revisionCounter } from './revision-counter.ts';
import { holdsMask, shownConfiguration } from './shown-configuration.ts';
import { writeWhole } from './write-whole.ts';

type View = z.output<typeof Config>;

export interface DeskParts {
  readonly options: StartOptions;
  /** What the server was started with. */
  readonly started: LoadedConfiguration;
  readonly live: LiveSettings;
}

/** Shows how the server is configured, and changes its file. */
export function configurationDesk({ options, started, live }: DeskParts) {
  const { dataDir } = live.current.database;
  const path = started.file?.path ?? join(dataDir, 'ratchet.yaml');
  const counter = revisionCounter(join(dataDir, 'config-revision.json'));
  let loaded = started;
  let revision = counter(loaded.file?.digest ?? null);
  let last: Promise<unknown> = Promise.resolve();

  const view = (): View => ({
    path: loaded.file?.path ?? null,
    ...(shownConfiguration(loaded) as Pick<View, 'values' | 'sources'>),
    restartNeeded: everySetting
      .filter(
        ({ name, live: isLive }) => !isLive && !isDeepStrictEqual(countsAs(loaded, name), countsAs(started, name)),
      )
      .map(({ name }) => name),
    revision,
  });

  function update(changes: Readonly<Record<string, unknown>>, expected?: number): View {
    if (expected !== undefined && expected !== revision)
      throw new RatchetError(
        'REVISION_MISMATCH',
        `The configuration is at revision ${revision}, not ${expected}. Read it again.`,
        { expectedRevision: expected, currentRevision: revision },
      );
    refuseChanges(changes, loaded);
    const onDisk = readText(path);
    if ((onDisk ? digestOf(onDisk.text) : null) !== (loaded.file?.digest ?? null))
      throw new RatchetError(
        'STATE_CONFLICT',
        'The configuration file was changed since the server read it. Start the server anew, then change it here.',
      );
    let text = onDisk?.text ?? '';
    for (const [name, value] of Object.entries(changes))
      text = changeYaml(text, { path: name.split('.'), value: value === null ? undefined : literal(value) });
    const next = readSettings(options, text === '' ? null : { path, text, mode: onDisk?.mode ?? 0o600 });
    refuse(next.faults.map(({ setting, message }) => ({ path: setting, message })));
    if (text !== onDisk?.text) {
      writeWhole(path, text);
      revision = counter(digestOf(text));
    }
    loaded = next;
    takeOver(next);
    return view();
  }

  /** What can count at once does; all else stays as the server was started. */
  function takeOver(next: LoadedConfiguration): void {
    const values = new Map(
      [...started.values].map(([name, had]) => [name, had.setting.live ? (next.values.get(name) ?? had) : had]),
    );
    live.replace(settingsOf({ configuration: configurationOf(values) }));
  }

  return {
    get: async (): Promise<View> => view(),
    /** `null` goes back to the default. One change at a time; each is whole or not at all. */
    update(changes: Readonly<Record<string, unknown>>, expected?: number): Promise<View> {
      const result = last.then(() => update(changes, expected));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

const countsAs = ({ values }: LoadedConfiguration, name: string): unknown => values.get(name)?.value;

/** The line says more than a client may see: where the file stands. */
function refuse(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const said = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ');
  throw new RatchetError('VALIDATION_FAILED', said, issues);
}

function refuseChanges(changes: Readonly<Record<string, unknown>>, { values }: LoadedConfiguration): void {
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const now = values.get(name);
    const wrong = (message: string) => issues.push({ path: `changes.${name}`, message });
    if (!settingNamed.has(name)) {
      const near = nearestName(name, settingNamed.keys());
      wrong(`${name} is no setting.${near ? ` Did you mean ${near}?` : ''}`);
    } else if (now?.source === 'environment' || now?.source === 'argument') {
      const what = now.source === 'environment' ? `The environment variable ${now.where}` : `The option ${now.where}`;
      wrong(`${what} sets ${name}, which counts more than the file. Change it there.`);
    } else if (holdsMask(value))
      wrong(`${name}: *** only stands for a secret. Send the secret itself, or leave it out.`);
  }
  refuse(issues);
}

/** What is sent is meant as it is: no variable of the server's environment is put in. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/\$(?=\{)/g, '$$$$');
  if (Array.isArray(value)) return value.map(literal);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, literal(each)]));
}
