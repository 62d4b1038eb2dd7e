import { runManifest } from './run-manifest.ts';
import { graphqlWire } from './wires/graphql.ts';

runManifest('graphql', ({ address }) => graphqlWire(address));
