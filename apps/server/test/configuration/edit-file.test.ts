import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { changeYaml } from '../../src/configuration/edit-file.ts';

const change = (text: string, name: string, value: unknown) => changeYaml(text, { path: name.split('.'), value });

const file = `# my server
server:
    port: 8080   # behind the proxy
    host:
    cors:
        # pages
        origins:   # of others
            - https://a.example.org   # a
            # and
            - https://b.example.org
        credentials:    false
# the log
logging: { level: warn,   format: json }

retention:   # days
  # not long
  logs_days: 3
  recordings_days: 2 # enough
# the end
`;

describe('changeYaml keeps every other byte', () => {
  it.each([
    ['server.port', 9000, ['    port: 8080   # behind', '    port: 9000   # behind']],
    ['server.host', '0.0.0.0', ['    host:\n', '    host: 0.0.0.0\n']],
    ['server.cors.credentials', true, ['credentials:    false', 'credentials:    true']],
    ['retention.recordings_days', undefined, ['  recordings_days: 2 # enough\n', '']],
    ['retention.blobs_days', 1, ['retention:   # days\n', 'retention:   # days\n  blobs_days: 1\n']],
    ['queue.concurrency', 3, ['# the end\n', '# the end\nqueue:\n  concurrency: 3\n']],
    ['server.tls.cert', './c.pem', ['server:\n', 'server:\n    tls:\n      cert: ./c.pem\n']],
    ['server.allowed_hosts', ['a', 'b: c'], ['server:\n', 'server:\n    allowed_hosts: [a, "b: c"]\n']],
    [
      'server.cors.origins',
      ['https://c.example.org'],
      [
        '        origins:   # of others\n            - https://a.example.org   # a\n            # and\n            - https://b.example.org\n',
        '        origins: [https://c.example.org]   # of others\n',
      ],
    ],
    ['retention.nothing', undefined, ['', '']],
  ] as const)('%s = %j', (name, value, [from, to]) => {
    expect(change(file, name, value)).toBe(file.replace(from, to));
  });

  it.each([
    ['', 'server.port', 1, 'server:\n  port: 1\n'],
    ['# only this', 'server.port', 1, '# only this\nserver:\n  port: 1\n'],
    ['server:', 'server.port', 1, 'server:\n  port: 1\n'],
    ['server:\n# below\n', 'server.port', 1, 'server:\n  port: 1\n# below\n'],
    ['server:\r\n  port: 1\r\n', 'server.port', 2, 'server:\r\n  port: 2\r\n'],
    ['a: |\n  x\n  y\nb: 1\n', 'a', 'z', 'a: z\nb: 1\n'],
    ['a: "x" # c', 'a', 'y\nz', 'a: "y\\nz" # c'],
  ])('%j with %s = %j', (text, name, value, wanted) => {
    expect(change(text, name, value)).toBe(wanted);
  });

  it.each([
    ['logging: { level: warn }\n', 'logging.format', 'text'],
    ['base: &b {port: 1}\nserver: *b\n', 'server.port', 2],
    ['server: &s\n  port: 1\nother: *s\n', 'server.port', 2],
    ['---\nserver:\n  port: 1\n...\n', 'queue.concurrency', 2],
  ])('has the library write what takes more: %j', (text, name, value) => {
    const changed = parse(change(text, name, value)) as Record<string, Record<string, unknown>>;
    const [section = '', key = ''] = name.split('.');
    expect(changed[section]?.[key]).toEqual(value);
  });

  it('means what was asked for, whatever the value, and nothing else', () => {
    const names = [
      'server.port',
      'server.host',
      'server.cors.origins',
      'logging.level',
      'retention.logs_days',
      'mcp.x',
    ];
    const values = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        fc.integer(),
      ),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 4 }), (changes) => {
        let text = file;
        const wanted = parse(file) as Record<string, unknown>;
        for (const [name, value] of changes) {
          text = change(text, name, value);
          set(wanted, name.split('.'), value);
        }
        expect(parse(text)).toEqual(wanted);
        expect(text.startsWith('# my server')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

function set(whole: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length > 0) {
    if (whole[key] === undefined && value === undefined) return;
    const inner = (whole[key] ?? {}) as Record<string, unknown>;
    set(inner, rest, value);
    whole[key] = Object.keys(inner).length === 0 ? null : inner;
  } else if (value === undefined) delete whole[key];
  else whole[key] = value;
}
