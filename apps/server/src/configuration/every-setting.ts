import type * as z from 'zod';
import { Configuration } from './configuration.ts';
import { settingNotes } from './setting.ts';

/** What a setting's value is; `json` is written as JSON in a variable. */
export type SettingKind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'json';

export interface Setting {
  /** `server.port` */
  readonly name: string;
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  readonly kind: SettingKind;
  readonly usual: unknown;
  readonly description: string;
  readonly secret: boolean;
  readonly secretMembers: readonly string[];
  readonly live: boolean;
  readonly isPath: boolean;
  /** Environment variables that set it, its own first. */
  readonly environment: readonly string[];
  readonly flag: string | null;
}

/** A section with its settings and the sections within it, in order. */
export interface Section {
  readonly name: string;
  readonly description: string;
  readonly members: readonly (readonly [key: string, Setting | Section])[];
}

interface Wrapped {
  readonly type: string;
  readonly innerType?: z.ZodType;
}

/** The schema itself, without its default and without null. */
export function bare(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as Wrapped;
  return innerType ? bare(innerType) : schema;
}

const kinds: Readonly<Record<string, SettingKind>> = { string: 'text', boolean: 'boolean', enum: 'choice' };

function kindOf(schema: z.ZodType): SettingKind {
  const { type, format, element } = schema.def as Wrapped & { format?: string; element?: z.ZodType };
  if (type === 'number') return format === 'safeint' ? 'integer' : 'number';
  if (type === 'array' && element && bare(element).def.type === 'string') return 'list';
  return kinds[type] ?? 'json';
}

function settingOf(schema: z.ZodType, path: readonly string[]): Setting {
  if (!settingNotes.has(schema)) throw new Error(`${path.join('.')} is no setting: say what it is.`);
  const notes = settingNotes.get(schema) ?? {};
  return {
    name: path.join('.'),
    path,
    schema,
    kind: kindOf(bare(schema)),
    usual: schema.parse(undefined),
    description: schema.description ?? '',
    secret: notes.secret ?? false,
    secretMembers: notes.secretMembers ?? [],
    live: notes.live ?? false,
    isPath: notes.path ?? false,
    environment: [`RATCHET_${path.join('_').toUpperCase()}`, ...(notes.aliases ?? [])],
    flag: notes.flag ?? null,
  };
}

function sectionOf(schema: z.ZodType, path: readonly string[]): Section {
  const { shape } = bare(schema) as z.ZodObject;
  return {
    name: path.join('.'),
    description: schema.description ?? '',
    members: Object.entries(shape).map(([key, member]) => {
      const at = [...path, key];
      const inner = member as z.ZodType;
      return [key, bare(inner).def.type === 'object' ? sectionOf(inner, at) : settingOf(inner, at)] as const;
    }),
  };
}

export const isSection = (member: Setting | Section): member is Section => 'members' in member;

/** All of it, as a tree. */
export const root: Section = sectionOf(Configuration, []);

const within = ({ members }: Section): Setting[] =>
  members.flatMap(([, member]) => (isSection(member) ? within(member) : [member]));

/** Every setting there is. */
export const everySetting: readonly Setting[] = within(root);

export const settingNamed: ReadonlyMap<string, Setting> = new Map(everySetting.map((each) => [each.name, each]));

/** Every environment variable that configures the server. */
export const settingVariables: readonly string[] = everySetting.flatMap(({ environment }) => environment);
