import { runManifest } from './run-manifest.ts';
import { mcpWire } from './wires/mcp.ts';

runManifest('mcp', ({ address }) => mcpWire(address));
