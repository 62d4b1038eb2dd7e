import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface Bundled {
  /** Names that are imported and were left out: the package's dependencies. */
  readonly libraries: readonly string[];
}

/** Says where the package is, as a chunk of `dist` sees it. */
const rootModule = 'package-root';

/**
 * Bundles the command with all that is in the workspace into `<target>/dist`, in chunks, so that what is loaded on demand
 * stays so. Libraries stay outside: some have native parts or load files of their own, and each has its licence beside it.
 */
export async function bundleCommand(workspace: string, target: string): Promise<Bundled> {
  const { metafile } = await build({
    entryPoints: { main: join(workspace, 'apps/cli/src/main.ts') },
    outdir: join(target, 'dist'),
    bundle: true,
    splitting: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    jsx: 'automatic',
    // Names of classes are shown to people, and two modules may have the same one.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [workspaceSources(workspace)],
  });
  return { libraries: librariesIn(metafile) };
}

/** Finds the workspace's packages, and lets each module see itself where it stood, below the package's root. */
const workspaceSources = (workspace: string): Plugin => ({
  name: 'workspace-sources',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@ratchet\// }, ({ path }) => {
      const [, name = '', ...rest] = path.split('/');
      const found = ['packages', 'apps']
        .flatMap((folder) => ['.ts', '.tsx'].map((end) => join(workspace, folder, name, 'src', rest.join('/') + end)))
        .find((file) => existsSync(file));
      return found ? { path: found } : { errors: [{ text: `${path} is not in the workspace.` }] };
    });
    onResolve({ filter: new RegExp(`^${rootModule}$`) }, () => ({ path: rootModule, namespace: rootModule }));
    onLoad({ filter: /.*/, namespace: rootModule }, () => ({
      contents: "export const at = (path) => new URL('../' + path, import.meta.url).href;",
      loader: 'js',
    }));
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const loader = path.endsWith('x') ? ('tsx' as const) : ('ts' as const);
      if (!text.includes('import.meta.')) return { contents: text, loader };
      const place = JSON.stringify(relative(workspace, path).split('\\').join('/'));
      const folder = JSON.stringify(dirname(relative(workspace, path)).split('\\').join('/'));
      const contents = text
        .replaceAll('import.meta.url', `packagedAt(${place})`)
        .replaceAll('import.meta.dirname', `packagedPath(packagedAt(${folder}))`);
      const imports = `import { at as packagedAt } from '${rootModule}';import { fileURLToPath as packagedPath } from 'node:url';`;
      return { contents: imports + contents, loader };
    });
  },
});

/** `@scope/name` or `name` of everything that is imported from outside. */
function librariesIn({ outputs }: Metafile): string[] {
  const names = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !path.startsWith('node:'))
    .map(({ path }) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return [...new Set(names)].sort();
}
