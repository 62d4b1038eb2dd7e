import { nearestName } from '@ratchet/contract/nearest-name';
import { operations } from '@ratchet/contract/operations/table';
import { sourceFaults } from './declared-sources.ts';
import type { Effective } from './effective.ts';
import type { Fault } from './fault.ts';
import type { ConfigurationFile } from './read-file.ts';

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
export const isLoopback = (host: string): boolean => loopback.test(host);

type Values = ReadonlyMap<string, Effective>;
type Say = (name: string, message: string, part?: readonly PropertyKey[]) => void;

/** What is wrong between settings, and what is risky. */
export function judge(values: Values, file: ConfigurationFile | null): { faults: Fault[]; warnings: Fault[] } {
  const [faults, warnings]: [Fault[], Fault[]] = [[], []];
  const to =
    (list: Fault[]): Say =>
    (name, message, part = []) => {
      const { where, at } = values.get(name) as Effective;
      list.push({ where, ...at?.(part), setting: name, message });
    };
  const value = (name: string): unknown => values.get(name)?.value;
  refuse(value, to(faults));
  warn(value, to(warnings));
  if (file) readableSecrets(file, warnings);
  return { faults, warnings };
}

function refuse(value: (name: string) => unknown, wrong: Say): void {
  const host = String(value('server.host'));
  if (value('auth.mode') === 'none' && !isLoopback(host))
    wrong(
      'server.host',
      `With auth.mode none whoever reaches the server may do everything, so it only listens on loopback; ${host} is not. Use 127.0.0.1, or auth.mode password.`,
    );
  const [cert, key] = [value('server.tls.cert'), value('server.tls.key')];
  if ((cert === null) !== (key === null))
    wrong(cert === null ? 'server.tls.key' : 'server.tls.cert', 'TLS needs both server.tls.cert and server.tls.key.');
  const origins = value('server.cors.origins') as string[];
  origins.forEach((origin, i) => {
    if (origin !== '*' && URL.parse(origin)?.origin !== origin)
      wrong('server.cors.origins', `${JSON.stringify(origin)} is no origin, such as https://tools.example.org.`, [i]);
  });
  if (origins.includes('*') && value('server.cors.credentials') === true)
    wrong('server.cors.credentials', 'No browser lets every origin (*) send a session. Name the origins.');
  const known = operations.map(({ name }) => name);
  for (const name of Object.keys(value('security.rate_limits.operations') as object))
    if (!known.includes(name)) {
      const near = nearestName(name, known);
      const hint = near ? ` Did you mean ${near}?` : '';
      wrong('security.rate_limits.operations', `There is no operation ${JSON.stringify(name)}.${hint}`, [name]);
    }
  const sources = value('registry.sources') as Record<string, unknown>[];
  for (const { part, message } of sourceFaults(sources)) wrong('registry.sources', message, part);
}

function warn(value: (name: string) => unknown, risky: Say): void {
  const host = String(value('server.host'));
  if (value('auth.mode') === 'none')
    risky('auth.mode', 'Nobody signs in: whoever reaches the loopback address of this machine may do everything.');
  const isPublicTls = String(value('server.public_url') ?? '').startsWith('https:');
  if (!isLoopback(host) && value('server.tls.cert') === null && !isPublicTls)
    risky(
      'server.host',
      'Beyond loopback without TLS, passwords and keys cross the network in clear. Set server.tls, or server.public_url of a proxy that does it.',
    );
  if (value('observability.metrics_public') === true)
    risky(
      'observability.metrics_public',
      'Whoever reaches the server reads its figures and the names of repositories.',
    );
  if (value('server.trust_proxy') === true)
    risky(
      'server.trust_proxy',
      'Addresses are taken from X-Forwarded-For: whoever reaches the server without the proxy makes up its own.',
    );
  if ((value('server.cors.origins') as string[]).includes('*'))
    risky('server.cors.origins', 'The pages of every server may use this one.');
  if (value('mcp.fixtures') === true)
    risky('mcp.fixtures', 'Test tools are served. They are for conformance tests alone.');
  if (value('security.rate_limits.enabled') === false)
    risky('security.rate_limits.enabled', 'Requests are not limited, guesses of passwords apart.');
  for (const name of ['execution.allow_private', 'output.allow_private'])
    (value(name) as string[]).forEach((range, i) => {
      if (/\/0$|^\*$/.test(range)) risky(name, `${range} opens every address of your networks.`, [i]);
    });
  if (value('server.role') === 'worker' && value('database.url') === null)
    risky(
      'server.role',
      'A worker alone has nothing to do: the embedded database takes one process. Set database.url.',
    );
}

/** Secrets that stand in a file which others on the machine may read. */
function readableSecrets({ path, mode, entries }: ConfigurationFile, warnings: Fault[]): void {
  if ((mode & 0o077) === 0) return;
  for (const { setting, value, literal, at } of entries.values()) {
    const holds = setting.secret || hasMember(value, setting.secretMembers);
    if (!holds || !literal) continue;
    const message = `is a secret, and others on this machine may read the file. Run: chmod 600 ${path}`;
    warnings.push({ where: path, ...at([]), setting: setting.name, message });
  }
}

const hasMember = (value: unknown, names: readonly string[]): boolean =>
  value !== null &&
  typeof value === 'object' &&
  Object.entries(value).some(([key, each]) => names.includes(key) || hasMember(each, names));
