import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** Libraries that the libraries of the package share, whose versions the workspace pins. Nobody else's overrides count. */
const shared = /^(@better-auth|@better-fetch|better-call)(\/|$)/;

/** The manifest of the package: its libraries at the exact versions that the workspace was tested with. */
export function packageManifest(workspace: string, libraries: readonly string[]) {
  const root = read(join(workspace, 'package.json'));
  const known = new Map<string, string>();
  for (const path of globSync(['packages/*/package.json', 'apps/{cli,server}/package.json'], { cwd: workspace }))
    for (const [name, version] of Object.entries(read(join(workspace, path)).dependencies ?? {}))
      known.set(name, version);
  const pinned = Object.entries(root.overrides ?? {}).filter(([name]) => shared.test(name));
  const dependencies = Object.fromEntries(
    [
      ...libraries.map((name): [string, string] => {
        const version = known.get(name);
        if (version === undefined)
          throw new Error(`${name} is imported, and no package of the workspace depends on it.`);
        return [name, version];
      }),
      ...pinned,
    ].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return {
    name: 'ratchet',
    version: root.version,
    description: 'Automation that lives in a database and in your repositories, kept in step.',
    license: root.license,
    type: 'module',
    engines: root.engines,
    bin: { ratchet: 'bin/ratchet.cjs' },
    dependencies,
  };
}
