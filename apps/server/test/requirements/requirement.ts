import type { OperationName, WireName } from './wire.ts';
import type { World } from './world.ts';

/** One thing that the system does, whatever surface it is asked over. */
export interface Requirement {
  /** `entity.operation.behaviour`, unique. */
  readonly id: string;
  /** The behaviour, in one sentence. */
  readonly says: string;
  /** The operations it is a behaviour of; each is called in the course of it. */
  readonly cites: readonly OperationName[];
  /** It needs a server that signs people in, and is run there by its administrator. */
  readonly signedIn?: true;
  readonly run: (world: World) => Promise<void>;
  /** Wires that it fails on, each with what is wrong there. One that passes is a mistake in this list. */
  readonly knownFailures?: Readonly<Partial<Record<WireName, string>>>;
}
