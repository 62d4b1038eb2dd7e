import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { excuse } from './excuse.ts';
import { type Ground, openGround } from './ground.ts';
import { manifest } from './manifest.ts';
import type { Requirement } from './requirement.ts';
import type { Wire, WireName } from './wire.ts';
import { createWorld } from './world.ts';

/** Runs every requirement of the manifest over one wire, on one server that signs nobody in. */
export function runManifest(name: WireName, open: (ground: Ground) => Promise<Wire>): void {
  describe(`every behaviour over ${name}`, () => {
    let ground: Ground;
    let wire: Wire;
    beforeAll(async () => {
      ground = await openGround();
      wire = await open(ground);
    });
    afterAll(async () => {
      await wire?.close();
      await ground?.close();
    });
    const held = runEach(
      manifest.filter(({ signedIn }) => !signedIn),
      name,
      () => ({ wire, ground }),
    );

    it('has carried out every operation that is on this surface', () => {
      const elsewhere = new Set(manifest.flatMap(({ signedIn, cites }) => (signedIn ? cites : [])));
      const missing = operations.filter(
        ({ name: operation, excused }) =>
          !excused?.[name] && !held.has(operation) && !elsewhere.has(operation as never),
      );
      expect(missing.map((operation) => operation.name)).toEqual([]);
    });
  });
}

/** A test for each requirement that is not excused from the wire; answers the operations of those that held so far. */
export function runEach(
  requirements: readonly Requirement[],
  name: WireName,
  at: () => { readonly wire: Wire; readonly ground: Ground },
): ReadonlySet<string> {
  const held = new Set<string>();
  for (const requirement of requirements.filter((one) => excuse(one, name) === null))
    it(`${requirement.id}: ${requirement.says}`, async () => {
      const { wire, ground } = at();
      const failure = await carryOut(requirement, wire, ground).then(
        () => null,
        (error: unknown) => error,
      );
      if (!judge(requirement.knownFailures?.[name], failure)) return;
      for (const operation of requirement.cites) held.add(operation);
    });
  return held;
}

/** Whether it held. Throws where it did not and was to, and where it did although it is known to fail. */
export function judge(known: string | undefined, failure: unknown): boolean {
  if (known === undefined && failure !== null) throw failure;
  if (known !== undefined && failure === null)
    throw new Error(`It holds now; take it from the known failures: ${known}`);
  return known === undefined;
}

async function carryOut(requirement: Requirement, wire: Wire, ground: Ground): Promise<void> {
  const called = new Set<string>();
  const world = createWorld(noting(wire, called), ground);
  try {
    await requirement.run(world);
  } finally {
    await world.close();
  }
  expect(
    requirement.cites.filter((name) => !called.has(name)),
    'It cites operations that it does not call.',
  ).toEqual([]);
}

/** The wire, with a note of what is called over it. */
function noting(wire: Wire, called: Set<string>): Wire {
  return {
    ...wire,
    call(operation, input) {
      called.add(operation.name);
      return wire.call(operation, input);
    },
    stream(operation, input, signal) {
      called.add(operation.name);
      return wire.stream(operation, input, signal);
    },
    as: (credentials) => noting(wire.as(credentials), called),
  };
}
