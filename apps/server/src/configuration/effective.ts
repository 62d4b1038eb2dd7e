import type { Setting } from './every-setting.ts';
import type { Place } from './read-file.ts';

export type Source = 'default' | 'file' | 'environment' | 'argument';

/** A setting as it counts. */
export interface Effective {
  readonly setting: Setting;
  readonly value: unknown;
  readonly source: Source;
  /** The file, the variable or the option that says so. */
  readonly where: string;
  /** In a file: where a part of the value stands. */
  readonly at?: (path: readonly PropertyKey[]) => Place;
}
