// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own variables are what is tested
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everySetting } from '../../src/configuration/every-setting.ts';
import { findFile } from '../../src/configuration/find-file.ts';
import { load } from './load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is wrong says so, with the place', () => {
  it.each<[string, string[]]>([
    ['server: [', ['1:10: Flow sequence in block collection must be sufficiently indented and end with a ].']],
    ['server:\n\tport: 1', ['2:1: A tab stands where spaces must: YAML is indented with spaces.']],
    ['server:\n  port: 1\n  port: 2', ['3:3: The key stands twice. Keep one of them.']],
    ['server:\n  port: 1\n---\nserver: {}', ['3:1: There is a second document after ---. Keep one.']],
    ['- a', ['1:1: must be a section with settings, such as server:.']],
    ['just text', ['1:1: must be a section with settings, such as server:.']],
    ['sevrer:\n  port: 1', ['1:1: sevrer is not known. Did you mean server?']],
    ['server:\n  hots: x', ['2:3: server.hots is not known. Did you mean host?']],
    ['port: 1', ['1:1: port is not known. Did you mean server.port?']],
    ['? [a]\n: 1', ['1:3: A key must be a plain word.']],
    ['server: 5', ['1:9: server: must be a section with settings.']],
    ['server:\n  port: "8080"', ['2:9: server.port: must be a whole number; it is the text "8080".']],
    ['server:\n  port: 80.5', ['2:9: server.port: must be a whole number; it is 80.5.']],
    ['server:\n  port: 65536', ['2:9: server.port: must be at most 65535; it is 65536.']],
    ['server:\n  port: [1]', ['2:9: server.port: must be a whole number; it is a list.']],
    ['server:\n  trust_proxy: yes', ['2:16: server.trust_proxy: must be true or false; it is the text "yes".']],
    [
      'server:\n  public_url: x',
      ['2:15: server.public_url: must be an address such as https://ratchet.example.org; it is the text "x".'],
    ],
    ['auth:\n  mode: basic', ['2:9: auth.mode: must be one of password, none; it is the text "basic".']],
    [
      'server:\n  allowed_hosts:\n    - a\n    - 5',
      ['4:7: server.allowed_hosts.1: is wrong: expected string, received number.'],
    ],
    ['server:\n  allowed_hosts: a', ['2:18: server.allowed_hosts: must be a list of texts; it is the text "a".']],
    ['retention:\n  logs_days: -1', ['2:14: retention.logs_days: must be at least 0; it is -1.']],
    ['database:\n  url: mysql://x:topsecret@y', ['2:8: database.url: must begin with postgresql://.']],
    ['auth:\n  admin:\n    password: short', ['3:15: auth.admin.password: needs at least 8 characters.']],
    [
      'server:\n  port: ${PORT}',
      ['2:9: server.port: the environment variable PORT is not set. Set it, or write ${PORT:-default}.'],
    ],
    [
      'server:\n  host: ${',
      ['2:9: server.host: has a ${ that is not ${NAME} or ${NAME:-default}. Write $${ for a plain ${.'],
    ],
    ['server:\n  port: ${SECRET}', ['2:9: server.port: must be a whole number; it is the text "abc".']],
    ['server:\n  tls:\n    cert: c.pem', ['3:11: server.tls.cert: TLS needs both server.tls.cert and server.tls.key.']],
    [
      'server:\n  host: 0.0.0.0\nauth:\n  mode: none',
      [
        '2:9: server.host: With auth.mode none whoever reaches the server may do everything, so it only listens on loopback; 0.0.0.0 is not. Use 127.0.0.1, or auth.mode password.',
      ],
    ],
    [
      'server:\n  cors:\n    origins: ["*"]\n    credentials: true',
      ['4:18: server.cors.credentials: No browser lets every origin (*) send a session. Name the origins.'],
    ],
    [
      'server:\n  cors:\n    origins:\n      - https://a.org/x',
      ['4:9: server.cors.origins: "https://a.org/x" is no origin, such as https://tools.example.org.'],
    ],
    [
      'security:\n  rate_limits:\n    operations:\n      tasks.rnu: 1',
      ['4:18: security.rate_limits.operations: There is no operation "tasks.rnu". Did you mean tasks.run?'],
    ],
    [
      'security:\n  keys: [a]\n  keys_file: k',
      ['3:14: security.keys_file: stands beside security.keys. Keep one of them.'],
    ],
    ['database:\n  url_file: none', ['2:13: database.url_file: There is no such file.']],
    [
      'registry:\n  sources:\n    - type: git\n      url: u\n      colour: red',
      ['3:7: registry.sources.0: does not know "colour".'],
    ],
    ['registry:\n  sources:\n    - type: git', ['3:7: registry.sources: Source 1 needs path or url, one of them.']],
    [
      'registry:\n  sources:\n    - {type: http, path: /x}',
      ['3:26: registry.sources: A source of type http has a url, no path.'],
    ],
    [
      'registry:\n  sources:\n    - {type: git, url: a/x.git}\n    - {type: git, url: b/x.git}',
      ['4:7: registry.sources: Two sources are called "x". Give one another name.'],
    ],
    [
      'registry:\n  sources:\n    - {type: git, url: a/x, config: {priority: high}}',
      ['3:7: registry.sources: Source 1: priority: Invalid input: expected number, received string'],
    ],
  ])('%j', (text, errors) => {
    expect(load(text, { environment: { SECRET: 'abc' } }).errors).toEqual(errors);
  });

  it('says everything at once, in the order of the file', () => {
    const { errors } = load(
      'server:\n  port: x\n  hosst: y\nauth:\n  mode: z\nauth: {}\nmcp:\n  max_concurrency: ${NO}\nretention: 4\n',
    );
    expect(errors.map((error) => error.split(':', 2).join(':'))).toEqual(['2:9', '3:3', '5:9', '6:1', '8:20', '9:12']);
  });

  it('holds against aliases that multiply, circles and depth', () => {
    const bomb = `a: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `k${i}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`).join('\n')}\nserver:\n  allowed_hosts: *a12\n`;
    expect(load(bomb).errors.at(-1)).toMatch(
      /server.allowed_hosts: is nested too deep, or its aliases make too much of it/,
    );
    expect(load('registry:\n  sources: &s [*s]').errors[0]).toMatch(/nested too deep/);
    expect(load(`registry:\n  sources: ${'['.repeat(5000)}${']'.repeat(5000)}`).errors[0]).toMatch(
      /nested too deep|cannot be read/,
    );
    expect(load('server: &s { port: 4 }\nmcp: { allowed_origins: *s }').errors).toEqual([
      expect.stringMatching(/^1:12: mcp.allowed_origins: must be a list of texts; it is a section/),
    ]);
  });

  it('takes nothing that is no text of a bearable size', () => {
    const at = (bytes: Buffer | string) => {
      const path = join(folder, 'ratchet.yaml');
      writeFileSync(path, bytes);
      return () => findFile({ config: path, environment: {} });
    };
    expect(at(Buffer.from([0x73, 0xff, 0xfe]))).toThrow(/is not UTF-8/);
    expect(at('server:\0')).toThrow(/NUL/);
    expect(at(`# ${'x'.repeat(1024 * 1024)}`)).toThrow(/more than 1048576 bytes/);
    expect(() => findFile({ config: folder, environment: {} })).toThrow(/is no file/);
    expect(() => findFile({ config: join(folder, 'none.yaml'), environment: {} })).toThrow(
      /There is no file .*generate/,
    );
  });
});

describe('what counts', () => {
  const file = 'server:\n  port: 1\n';
  it('an option above the environment above the file above the default', () => {
    expect(load('').value('server.port')).toBe(8080);
    expect(load(file).value('server.port')).toBe(1);
    const environment = { RATCHET_SERVER_PORT: '2' };
    expect(load(file, { environment }).value('server.port')).toBe(2);
    const all = load(file, { environment, options: { 'server.port': '3' } });
    expect([all.value('server.port'), all.source('server.port')]).toEqual([3, 'argument']);
    expect(load(file, { environment: { RATCHET_SERVER_PORT: '' } }).source('server.port')).toBe('file');
  });
  it('variables within values, as the type that the setting has', () => {
    const text =
      'server:\n  port: ${PORT}\n  host: "${A:-127.0.0.}1"\n  trust_proxy: ${T:-off}\n  allowed_hosts: ${HOSTS}\n  cors: { origins: ["https://${H}", "$${x}"] }';
    const environment = { PORT: '99', HOSTS: 'a, b', H: 'h.example.org', A: '' };
    const { value, errors } = load(text, { environment });
    expect(errors).toEqual([expect.stringMatching(/"\$\{x\}" is no origin/)]);
    expect(value('server.port')).toBe(99);
    expect(value('server.host')).toBe('127.0.0.1');
    expect(value('server.trust_proxy')).toBe(false);
    expect(value('server.allowed_hosts')).toEqual(['a', 'b']);
  });
  it('a secret’s own file, unless something further up says the secret', () => {
    const path = join(folder, 'password');
    writeFileSync(path, 'correct horse battery\n');
    const text = `auth:\n  admin:\n    password_file: ${path}\n`;
    expect(load(text).value('auth.admin.password')).toBe('correct horse battery');
    const environment = { RATCHET_AUTH_ADMIN_PASSWORD: 'another one' };
    expect(load(text, { environment }).value('auth.admin.password')).toBe('another one');
    expect(load(`${text}    password: beside it\n`).errors).toEqual([
      '3:20: auth.admin.password_file: stands beside auth.admin.password. Keep one of them.',
    ]);
    writeFileSync(path, 'short');
    expect(load(text).errors).toEqual([
      '3:20: auth.admin.password_file: The file does not hold what auth.admin.password takes.',
    ]);
  });
  it('paths from the file’s folder, and from home', () => {
    const text = 'server:\n  tls: { cert: tls/c.pem, key: ~/k.pem }\nsecurity:\n  allowed_roots: [./a, /b]\n';
    const { value } = load(text);
    expect(value('server.tls.cert')).toBe('/etc/ratchet/tls/c.pem');
    expect(value('server.tls.key')).toBe('/home/una/k.pem');
    expect(value('security.allowed_roots')).toEqual(['/etc/ratchet/a', '/b']);
    expect(load('').value('database.data_dir')).toBe('/home/una/.ratchet');
  });
  it('which variables no credential may name: its own, and those the file takes outside of repositories', () => {
    const text =
      'database:\n  url: postgresql://${RATCHET_DB}\nregistry:\n  sources:\n    - { type: git, url: u, auth: { type: token, token: "${RATCHET_OPS}" } }';
    const { variables } = load(text, { environment: { RATCHET_DB: 'x', RATCHET_OPS: 'y' } });
    expect(variables).toContain('RATCHET_DB');
    expect(variables).toContain('DATABASE_URL');
    expect(variables).not.toContain('RATCHET_OPS');
  });
});

describe('every setting', () => {
  it.each(everySetting.map((setting) => [setting.name, setting] as const))(
    '%s is set by file, variable and option',
    (name, setting) => {
      for (const { written, means } of examples(name, setting.kind, setting.usual)) {
        const nested = setting.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), means);
        const byFile = load(JSON.stringify(nested));
        expect(faultsOf(byFile, name)).toEqual([]);
        expect([byFile.value(name), byFile.source(name)]).toEqual([absolute(setting.isPath, means), 'file']);
        for (const variable of setting.environment) {
          const byVariable = load('', { environment: { [variable]: written } });
          expect(faultsOf(byVariable, name)).toEqual([]);
          expect(byVariable.value(name)).toEqual(absolute(setting.isPath, means));
          expect(byVariable.source(name)).toBe('environment');
        }
        expect(load('', { options: { [name]: written } }).value(name)).toEqual(absolute(setting.isPath, means));
      }
    },
  );
  it('has a variable of its own', () => {
    const names = everySetting.flatMap(({ environment }) => environment);
    expect(new Set(names).size).toBe(names.length);
  });
  it('is described, and counts as its default where nothing is said', () => {
    const { value, errors, source } = load('');
    expect(errors).toEqual([]);
    for (const { name, usual, description, isPath } of everySetting) {
      expect(description, name).not.toBe('');
      expect(source(name)).toBe('default');
      if (!isPath) expect(value(name)).toEqual(usual);
    }
  });
});

/** Faults of a setting itself: some need another one beside them. */
const faultsOf = ({ faults }: ReturnType<typeof load>, name: string) =>
  faults.filter(({ setting, message }) => setting === name && !/needs both|no such file/.test(message));

const absolute = (isPath: boolean, value: unknown): unknown =>
  isPath ? (Array.isArray(value) ? value.map(String) : String(value)) : value;

/** A value that is not the default, as it stands in a variable and as it is meant. */
function examples(name: string, kind: string, usual: unknown): { written: string; means: unknown }[] {
  const special: Record<string, unknown> = {
    'server.public_url': 'https://r.example.org',
    'database.url': 'postgresql://a@b/c',
    'security.rate_limits.redis_url': 'redis://r:6379',
    'server.cors.origins': ['https://a.org', 'https://b.org'],
    'security.rate_limits.operations': { 'tasks.run': 5 },
    'security.rate_limits.per_minute.roles': { service: 5 },
    'registry.sources': [{ type: 'git', url: 'https://h/x.git' }],
    'http.proxy': 'http://p:3128',
    'http.https_proxy': 'http://p:3128',
  };
  const choices = everySetting.find((each) => each.name === name)?.schema;
  const means =
    special[name] ??
    (kind === 'boolean'
      ? !usual
      : kind === 'integer'
        ? Number(usual ?? 4) + (usual === 16_777_216 ? 1 : 3)
        : kind === 'list'
          ? ['/a', '/b']
          : kind === 'choice'
            ? (otherChoice(choices, usual) as string)
            : name.endsWith('email')
              ? 'a@b.org'
              : '/some/where/else');
  const written =
    Array.isArray(means) && kind === 'list'
      ? means.join(', ')
      : typeof means === 'object'
        ? JSON.stringify(means)
        : String(means);
  return [{ written, means }];
}

function otherChoice(schema: unknown, usual: unknown): unknown {
  let at = schema as { options?: readonly string[]; def: { innerType?: unknown } };
  while (!at.options) at = at.def.innerType as typeof at;
  return at.options.find((option) => option !== usual);
}
