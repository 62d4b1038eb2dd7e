import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationSchema } from '../../src/configuration/json-schema.ts';
import { generateConfiguration, profileNames } from '../../src/configuration/profiles.ts';
import { configurationReference } from '../../src/configuration/reference.ts';
import { load } from './load.ts';

const reference = join(import.meta.dirname, '../../../../docs/reference');
const read = (name: string) => readFileSync(join(reference, name), 'utf8');

it('docs/reference/ratchet.schema.json is what the schema is now', () => {
  expect(JSON.parse(read('ratchet.schema.json'))).toEqual(configurationSchema());
});

it('docs/reference/configuration.md is what the schema is now', () => {
  expect(read('configuration.md')).toBe(configurationReference());
});

describe.each(profileNames)('the profile %s', (name) => {
  const text = generateConfiguration(name, './ratchet.schema.json');
  it('is valid, names its schema, and fits it', () => {
    expect(load(text).errors).toEqual([]);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/ratchet\.schema\.json\n/);
    const validator = createSchemaValidator();
    expect(validator.validate(configurationSchema() as never, parse(text) as never)).toEqual([]);
  });
  it('is valid with everything that it only hints at', () => {
    const whole = text.replaceAll(/^( *)#(\w+:)/gm, '$1$2');
    expect(whole).not.toBe(text);
    const known = load(whole).errors.filter((error) => !/no such file|The file/.test(error));
    expect(known).toEqual([]);
  });
});

it('only the profile for development leaves sign-in out, and none warns of more than its proxy', () => {
  for (const name of profileNames) {
    const { risks } = load(generateConfiguration(name, 's'));
    const settings = risks.map((risk) => risk.replace(/^\d+:\d+: ([\w.]+):.*/, '$1'));
    expect(settings).toEqual(name === 'minimal' ? [] : name === 'development' ? ['auth.mode'] : ['server.trust_proxy']);
  }
});

it('what is risky is said', () => {
  const risky = `server:
  host: 0.0.0.0
  cors: { origins: ['*'] }
security: { rate_limits: { enabled: false } }
execution: { allow_private: [0.0.0.0/0] }
mcp: { fixtures: true }
observability: { metrics_public: true }
auth: { admin: { password: a long password } }
`;
  const named = (risks: readonly string[]) => risks.map((risk) => risk.replace(/^(\d+:\d+): ([\w.]+):.*/, '$1 $2'));
  expect(named(load(risky, { mode: 0o644 }).risks)).toEqual([
    '2:9 server.host',
    '3:20 server.cors.origins',
    '4:37 security.rate_limits.enabled',
    '5:30 execution.allow_private',
    '6:18 mcp.fixtures',
    '7:34 observability.metrics_public',
    '8:28 auth.admin.password',
  ]);
  expect(named(load(risky, { mode: 0o600 }).risks)).not.toContain('8:28 auth.admin.password');
  expect(load('', { environment: { RATCHET_SERVER_PROT: '1', RATCHET_OPS_TOKEN: 'x' } }).risks).toEqual([
    'RATCHET_SERVER_PROT: This variable sets nothing. Did you mean RATCHET_SERVER_PORT?',
  ]);
});
