import type { SignIn } from '@ratchet/contract/entities/user';
import { afterAll, beforeAll, describe } from 'vitest';
import { adminPassword, type Ground, openGround } from './ground.ts';
import { manifest } from './manifest.ts';
import { runEach } from './run-manifest.ts';
import { operationNamed, type Wire, type WireName } from './wire.ts';
import { restWire } from './wires/rest.ts';
import { openWires } from './wires.ts';

let ground: Ground;
let wires: readonly Wire[] = [];
beforeAll(async () => {
  ground = await openGround({ signIn: true });
  const rest = restWire(ground.address);
  const login = { username: 'admin', password: adminPassword };
  const { accessToken } = (await rest.call(operationNamed('auth.login'), login)) as SignIn;
  wires = await openWires(ground.address, { token: accessToken });
});
afterAll(async () => {
  for (const wire of wires) await wire.close();
  await ground?.close();
});

describe.each(['rest', 'graphql', 'mcp', 'trpc'] satisfies WireName[])('whoever has signed in over %s', (name) => {
  runEach(
    manifest.filter(({ signedIn }) => signedIn),
    name,
    () => ({ wire: wires.find((wire) => wire.name === name) as Wire, ground }),
  );
});
