import { runManifest } from './run-manifest.ts';
import { restWire } from './wires/rest.ts';

runManifest('rest', async ({ address }) => restWire(address));
