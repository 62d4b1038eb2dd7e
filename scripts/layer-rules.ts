import type { IFlattenedRuleSet } from 'dependency-cruiser';
import type { Layer } from './layers.ts';

type Rule = NonNullable<IFlattenedRuleSet['forbidden']>[number];

const workspace = '^(packages|apps|bench|scripts|examples)/';
const literal = (path: string): string => path.replaceAll(/[.\\+*?^$()[\]{}|/-]/g, '\\$&');

/** The import table and the rules that hold everywhere, as rules of dependency-cruiser over paths from the workspace's root. */
export const layerRules = (layers: readonly Layer[]): IFlattenedRuleSet => ({
  forbidden: [...layers.flatMap(rulesOf), ...everywhere],
});

function rulesOf(layer: Layer): Rule[] {
  const name = layer.folder.replace('/', '-');
  const from = { path: `^${literal(layer.folder)}/src/` };
  const onDemand = layer.onDemand ?? [];
  const may = [
    ...[layer.folder, ...layer.packages, ...onDemand].map((folder) => `^${literal(folder)}/src/`),
    ...(layer.files ?? []).map((file) => `^${literal(file)}$`),
  ];
  const rules: Rule[] = [
    {
      name: `${name}-imports`,
      comment: `${layer.folder} may import ${[...layer.packages, ...(layer.files ?? [])].join(', ') || 'no other package'}.`,
      severity: 'error',
      from,
      to: { path: workspace, pathNot: [...may, '/node_modules/', `^${literal(layer.folder)}/package\\.json$`] },
    },
  ];
  if (onDemand.length > 0)
    rules.push({
      name: `${name}-on-demand`,
      comment: `${layer.folder} loads ${onDemand.join(', ')} by import() only.`,
      severity: 'error',
      from,
      to: { path: onDemand.map((folder) => `^${literal(folder)}/`), dynamic: false },
    });
  if (layer.libraries)
    rules.push({
      name: `${name}-libraries`,
      comment: `${layer.folder} may use ${layer.libraries.join(', ') || 'no library'}.`,
      severity: 'error',
      from,
      to: {
        path: '(^|/)node_modules/',
        pathNot: layer.libraries.map((library) => `(^|/)node_modules/(@types/)?${literal(library)}/`),
      },
    });
  if (!layer.node)
    rules.push({
      name: `${name}-node`,
      comment: `${layer.folder} does not depend on Node.`,
      severity: 'error',
      from,
      to: { dependencyTypes: ['core'] },
    });
  return rules;
}

const everywhere: readonly Rule[] = [
  {
    name: 'no-cycle',
    comment: 'No file reaches itself through its imports, imports of types included.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolved',
    comment: 'Every import leads to a file.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-test-from-elsewhere',
    comment: 'What stands in a test folder is for the tests of that package.',
    severity: 'error',
    from: { path: '^([^/]+/[^/]+)/' },
    to: { path: '^(packages|apps)/[^/]+/test/', pathNot: '^$1/' },
  },
  {
    name: 'no-test-from-source',
    comment: 'Sources do not import tests.',
    severity: 'error',
    from: { path: '/src/' },
    to: { path: '(^(packages|apps)/[^/]+/test/|\\.test\\.tsx?$)' },
  },
  {
    name: 'testing-from-tests-only',
    comment: 'packages/testing is for tests and benchmarks.',
    severity: 'error',
    from: { pathNot: ['^packages/testing/', '^(packages|apps)/[^/]+/test/', '\\.test\\.tsx?$', '^bench/'] },
    to: { path: '^packages/testing/' },
  },
  {
    name: 'declared-libraries-only',
    comment: 'A library stands in the dependencies of the package.json next to the code that imports it.',
    severity: 'error',
    from: { path: '^(packages|apps|bench)/' },
    // Test libraries are the workspace's own: its root declares them once.
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/(vitest|fast-check)/' },
  },
  {
    name: 'no-development-libraries',
    comment:
      'What runs in production stands under dependencies, not devDependencies. Types may be taken from anywhere.',
    severity: 'error',
    from: { path: '^(packages|apps)/[^/]+/src/', pathNot: '^packages/testing/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
  },
];
