import { roles } from '@ratchet/contract/access';
import type { SignIn } from '@ratchet/contract/entities/user';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleTable } from '../role-table.ts';
import { adminPassword, type Ground, openGround } from './ground.ts';
import { outcomeOf } from './outcome.ts';
import { operationNamed, type Wire, type WireName } from './wire.ts';
import { restWire } from './wires/rest.ts';
import { openWires } from './wires.ts';
import { nobody } from './world.ts';

const password = 'a password of a role';
const who = [...roles, 'readonly key'] as const;
type Who = (typeof who)[number];

let ground: Ground;
const wires = new Map<Who, readonly Wire[]>();
beforeAll(async () => {
  ground = await openGround({ signIn: true });
  const open = restWire(ground.address);
  const signIn = async (username: string, secret: string) =>
    ((await open.call(operationNamed('auth.login'), { username, password: secret })) as SignIn).accessToken;
  const admin = restWire(ground.address, { token: await signIn('admin', adminPassword) });
  for (const role of roles) {
    await admin.call(operationNamed('users.create'), { username: `a-${role}`, role, password });
    wires.set(role, await openWires(ground.address, { token: await signIn(`a-${role}`, password) }));
  }
  const key = await admin.call(operationNamed('apiKeys.create'), { name: 'reads', role: 'readonly' });
  wires.set('readonly key', await openWires(ground.address, { apiKey: (key as { key: string }).key }));
});
afterAll(async () => {
  for (const each of wires.values()) for (const wire of each) await wire.close();
  await ground?.close();
});

/** What stands in a path must be there; all else is missing, so that whoever is let in is told so and little happens. */
const placed: Readonly<Record<string, unknown>> = { path: 'x', revision: 1, name: 'none' };
const inputFor = ({ rest }: Operation): Record<string, unknown> =>
  Object.fromEntries(
    [...rest[1].matchAll(/\{(\w+)\+?\}/g)].map(([, member = '']) => [member, placed[member] ?? nobody]),
  );

const rightsIn = (name: string): string =>
  Object.entries(roleTable).find(([, names]) => names.trim().split(/\s+/).includes(name))?.[0] ?? '';
const refusals = new Set(['PERMISSION_DENIED', 'UNAUTHENTICATED']);
const asked = operations.filter(({ stream, session }) => !stream && !session);

describe.each(who)('%s', (one) => {
  const role = one === 'readonly key' ? 'readonly' : one;
  it.each(['rest', 'graphql', 'mcp', 'trpc'] satisfies WireName[])('may over %s what the table says', async (name) => {
    const wire = wires.get(one)?.find((each) => each.name === name) as Wire;
    const differs: string[] = [];
    for (const operation of asked.filter(({ excused }) => !excused?.[name])) {
      const outcome = await outcomeOf(wire, operation, inputFor(operation));
      const code = 'code' in outcome ? outcome.code : null;
      const rights = rightsIn(operation.name);
      const may = rights === 'public' || rights.split(' ').includes(role);
      // A key makes and changes no keys, accounts or passwords, whoever it belongs to.
      const keysOwn = one === 'readonly key' && /^(auth|apiKeys)\./.test(operation.name);
      if (!keysOwn && refusals.has(code ?? '') === may) differs.push(`${operation.name}: ${code}`);
    }
    expect(differs).toEqual([]);
  });
});

it('who has not signed in may what is public, and no more', async () => {
  const rest = restWire(ground.address);
  const differs: string[] = [];
  for (const operation of asked) {
    const outcome = await outcomeOf(rest, operation, inputFor(operation));
    if (('code' in outcome && outcome.code === 'UNAUTHENTICATED') !== (rightsIn(operation.name) !== 'public'))
      differs.push(operation.name);
  }
  expect(differs).toEqual([]);
});
