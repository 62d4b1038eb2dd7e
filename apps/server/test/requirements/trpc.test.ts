import { runManifest } from './run-manifest.ts';
import { trpcWire } from './wires/trpc.ts';

runManifest('trpc', async ({ address }) => trpcWire(address));
