import { globSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { allExtensions, cruise, type ICruiseResult } from 'dependency-cruiser';
import { layerRules } from './layer-rules.ts';
import { layers } from './layers.ts';

export interface LayerReport {
  /** Files of the workspace that were looked at. */
  readonly modules: number;
  /** Imports from one package into another. */
  readonly crossings: number;
  /** One line each, with the file and the rule. Empty: all is well. */
  readonly violations: readonly string[];
}

/**
 * Holds every import in the workspace at `root` against the import table.
 * Seeing too little is a violation too: a check that has looked at nothing must not pass.
 */
export async function checkLayers(root: string, leastModules: number): Promise<LayerReport> {
  const typescript = allExtensions.find((extension) => extension.extension === '.ts');
  if (!typescript?.available)
    throw new Error(
      'dependency-cruiser cannot read TypeScript: a TypeScript below 7 must be installed as "typescript".',
    );

  const sources = globSync(['{packages,apps}/*/{src,test}/**/*.{ts,tsx}', 'apps/*/*.ts'], {
    cwd: root,
    exclude: skipped,
  });
  const places = [...new Set(sources.map((source) => source.split('/').slice(0, 3).join('/')))];
  const others = ['bench/src', 'scripts'].filter((folder) => globSync(`${folder}/*.ts`, { cwd: root }).length > 0);
  if (sources.length < leastModules) return tooFew(sources.length, leastModules);

  const { output } = await cruise(
    [...places, ...others],
    {
      baseDir: root,
      validate: true,
      ruleSet: layerRules(layers),
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
      preserveSymlinks: false,
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    },
    { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'] },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered text where data was asked for.');

  const seen = new Set(output.modules.map((module) => module.source));
  const unseen = sources.filter((source) => !seen.has(source));
  const crossings = crossingsOf(output);
  return {
    modules: sources.length - unseen.length,
    crossings: crossings.length,
    violations: [
      ...output.summary.violations
        .filter((violation) => violation.rule.severity === 'error')
        .map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`),
      ...unseen.map((source) => `not-looked-at: ${source}`),
      ...crossings.flatMap((crossing) => crossing.violation ?? []),
    ],
  };
}

const skipped = (path: string): boolean => path.split('/').includes('node_modules');

const tooFew = (seen: number, least: number): LayerReport => ({
  modules: seen,
  crossings: 0,
  violations: [`too-few-modules: ${seen} found, at least ${least} expected; the check has looked in the wrong place.`],
});

/**
 * Imports that leave their package for another one. They go by the package's name, never by a path, and must have led to a
 * source file: were they taken for libraries, no rule about folders would hold for them.
 */
function crossingsOf({ modules }: ICruiseResult): { violation?: string }[] {
  return modules.flatMap((module) =>
    module.dependencies.flatMap((dependency) => {
      if (dependency.module.startsWith('@ratchet/'))
        return dependency.couldNotResolve || /^(packages|apps)\/[^/]+\/src\/.+\.tsx?$/.test(dependency.resolved)
          ? {}
          : { violation: `not-a-source: ${module.source} → ${dependency.module} (led to ${dependency.resolved})` };
      if (!dependency.module.startsWith('.')) return [];
      const [own, other] = [packageOf(module.source), packageOf(dependency.resolved)];
      return own && other && own !== other
        ? { violation: `path-into-package: ${module.source} → ${dependency.module} (import it by its name)` }
        : [];
    }),
  );
}

const packageOf = (path: string): string | undefined => /^(packages|apps)\/[^/]+(?=\/)/.exec(path)?.[0];

if (import.meta.main) {
  const { values } = parseArgs({ options: { root: { type: 'string' }, least: { type: 'string', default: '100' } } });
  const root = values.root ?? dirname(import.meta.dirname);
  const report = await checkLayers(root, Number(values.least));
  for (const violation of report.violations) console.error(violation);
  const from = relative(process.cwd(), root) || '.';
  console.log(
    `${report.modules} modules and ${report.crossings} imports between packages in ${from}: ` +
      (report.violations.length === 0 ? 'the layers hold.' : `${report.violations.length} violations.`),
  );
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}
