import type { Credentials, Wire } from './wire.ts';
import { graphqlWire } from './wires/graphql.ts';
import { mcpWire } from './wires/mcp.ts';
import { restWire } from './wires/rest.ts';
import { trpcWire } from './wires/trpc.ts';

/** Every surface of one server, REST first: the others are compared with it. */
export const openWires = async (
  address: string,
  credentials: Credentials = {},
): Promise<readonly [Wire, ...Wire[]]> => [
  restWire(address, credentials),
  trpcWire(address, credentials),
  await mcpWire(address, credentials),
  await graphqlWire(address, credentials),
];
