import { parse } from 'yaml';
import { isRecord } from '../task/json-value.ts';
import type { ChangeFiles } from './change-files.ts';
import { usualSchema } from './change-metadata.ts';

const configNames = ['openspec/config.yaml', 'openspec/config.yml'];
const specs = 'openspec/specs/';
const schemas = 'openspec/schemas/';

/** What a project holds that its changes are judged by. */
export interface ProjectRules {
  /** Files below openspec/specs, by their path there. */
  readonly specs: ChangeFiles;
  /** Names of the schemas that there are. */
  readonly schemas: ReadonlySet<string>;
  /** The schema of changes that name none; left out: the usual one. */
  readonly schema?: string;
}

/** Whether `projectRules` reads a file of a project, by its path within it. */
export const isRuleFile = (path: string): boolean => path.startsWith(specs) || configNames.includes(path);

/** `paths`: of all files of a project; `files`: those of them that are read, both by their paths within it. */
export function projectRules(paths: Iterable<string>, files: ChangeFiles): ProjectRules {
  const own = [...paths].flatMap((path) => {
    const [name, file] = path.startsWith(schemas) ? path.slice(schemas.length).split('/') : [];
    return name && file === 'schema.yaml' ? [name] : [];
  });
  const config = configNames.map((name) => files.get(name)).find((bytes) => bytes !== undefined);
  const schema = config ? schemaIn(config) : null;
  return {
    specs: new Map(
      [...files].flatMap(([path, bytes]) =>
        path.startsWith(specs) ? [[path.slice(specs.length), bytes] as const] : [],
      ),
    ),
    schemas: new Set([usualSchema, ...own]),
    ...(schema === null ? {} : { schema }),
  };
}

/** The schema that a project's configuration names; null: none that OpenSpec would take. */
function schemaIn(bytes: Uint8Array): string | null {
  try {
    const config: unknown = parse(new TextDecoder().decode(bytes), { logLevel: 'silent' });
    return isRecord(config) && typeof config.schema === 'string' && config.schema !== '' ? config.schema : null;
  } catch {
    return null;
  }
}
