/** What one workspace folder may import. */
export interface Layer {
  /** Folder within the workspace. */
  readonly folder: string;
  /** Packages of the workspace whose sources it may import. */
  readonly packages: readonly string[];
  /** Single files it may import besides. */
  readonly files?: readonly string[];
  /** Packages it may import by `import()` only, so that they load on demand. */
  readonly onDemand?: readonly string[];
  /** The only libraries it may import; left out: those its package.json declares. */
  readonly libraries?: readonly string[];
  /** Whether it may import `node:` modules: what runs in a browser too, or is pure, may not. */
  readonly node: boolean;
}

const all = [
  'access',
  'contract',
  'execution',
  'insight',
  'operations',
  'repositories',
  'sandbox',
  'store',
  'sync',
  'sync-core',
  'transports',
].map((name) => `packages/${name}`);

/**
 * The import table of the workspace, from the lowest floor to the highest. Packages on one floor do not import each other,
 * and nothing imports upwards.
 */
export const layers: readonly Layer[] = [
  { folder: 'packages/contract', packages: [], libraries: ['zod'], node: false },
  { folder: 'packages/sync-core', packages: [], libraries: [], node: false },
  { folder: 'packages/runner', packages: [], libraries: ['isolated-vm'], node: true },
  { folder: 'packages/sync', packages: ['packages/sync-core'], node: true },
  { folder: 'packages/sandbox', packages: [], files: ['packages/runner/src/protocol.ts'], node: true },
  { folder: 'packages/store', packages: ['packages/contract'], node: true },
  { folder: 'packages/transports', packages: ['packages/contract'], node: true },
  { folder: 'packages/client', packages: ['packages/contract'], node: false },
  {
    folder: 'packages/repositories',
    packages: ['packages/store', 'packages/sync', 'packages/sync-core', 'packages/contract'],
    node: true,
  },
  { folder: 'packages/execution', packages: ['packages/store', 'packages/sandbox', 'packages/contract'], node: true },
  { folder: 'packages/access', packages: ['packages/store', 'packages/contract'], node: true },
  { folder: 'packages/insight', packages: ['packages/store', 'packages/contract'], node: true },
  {
    folder: 'packages/operations',
    packages: [
      'packages/contract',
      'packages/repositories',
      'packages/execution',
      'packages/access',
      'packages/insight',
    ],
    node: true,
  },
  { folder: 'apps/server', packages: all, node: true },
  {
    folder: 'apps/cli',
    packages: ['packages/client', 'packages/contract', 'packages/sync'],
    onDemand: ['apps/server'],
    node: true,
  },
  { folder: 'apps/web', packages: ['packages/client', 'packages/contract'], node: false },
  { folder: 'packages/testing', packages: all, node: true },
];
