import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { excuse } from './excuse.ts';
import { type Ground, openGround } from './ground.ts';
import { manifest } from './manifest.ts';
import type { Requirement } from './requirement.ts';
import type { Wire, WireName } from './wire.ts';
import { createWorld } from './world.ts';

/** Runs every requirement of the manifest over one wire, on one server. */
export function runManifest(name: WireName, open: (ground: Ground) => Promise<Wire>): void {
  describe(`every behaviour over ${name}`, () => {
    let ground: Ground;
    let wire: Wire;
    const held = new Set<string>();
    beforeAll(async () => {
      ground = await openGround();
      wire = await open(ground);
    });
    afterAll(async () => {
      await wire?.close();
      await ground?.close();
    });

    const runs = manifest.filter((requirement) => excuse(requirement, name) === null);
    for (const requirement of runs)
      it(`${requirement.id}: ${requirement.says}`, async () => {
        const failure = await carryOut(requirement, wire, ground).then(
          () => null,
          (error: unknown) => error,
        );
        if (!judge(requirement.knownFailures?.[name], failure)) return;
        for (const operation of requirement.cites) held.add(operation);
      });

    it('has carried out every operation that is on this surface', () => {
      const missing = operations.filter(({ name: operation, excused }) => !excused?.[name] && !held.has(operation));
      expect(missing.map((operation) => operation.name)).toEqual([]);
    });
  });
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
