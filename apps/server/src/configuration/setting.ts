import * as z from 'zod';

/** What is said of a setting besides what Zod knows: its type, its default and its description. */
export interface SettingNotes {
  /** Shown as `***`, and never logged. */
  readonly secret?: true;
  /** Members anywhere within the value that are shown as `***`. */
  readonly secretMembers?: readonly string[];
  /** A change counts at once. Without, it counts after the next start. */
  readonly live?: true;
  /** A file or folder: `~/` and relative paths are made absolute. */
  readonly path?: true;
  /** Further environment variables that mean the same. */
  readonly aliases?: readonly string[];
  /** The option of `ratchet serve` that means the same. */
  readonly flag?: string;
}

export const settingNotes = z.registry<SettingNotes>();

/** A schema with what people and programs are told of it. Give it last: a schema that is derived from it forgets the notes. */
export function setting<T extends z.ZodType>(schema: T, description: string, notes: SettingNotes = {}): T {
  const described = schema.describe(description);
  settingNotes.add(described, notes as never);
  return described;
}

/** A section: its settings, or sections within it. */
export const section = <const S extends z.core.$ZodLooseShape>(description: string, shape: S) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(description);

/** A whole number of days; 0 keeps for ever. */
export const days = (usual: number) => z.int().min(0).max(36_500).default(usual);

export const onOff = (usual: boolean) => z.boolean().default(usual);

/** A text that need not be there. */
export const optionalText = (most = 4000) => z.string().min(1).max(most).nullable().default(null);

/** Texts; in an environment variable, with commas between them. */
export const texts = () => z.array(z.string().min(1).max(1000)).max(1000).default([]);
