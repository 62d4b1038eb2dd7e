import type { Configuration } from './configuration.ts';
import { isSection, root, type Section } from './every-setting.ts';

type CamelName<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : S;
/** Sections and their members in camel case; what a setting holds stays as it is. */
type CamelSections<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T as CamelName<K & string>]: CamelSections<T[K]> }
    : T;

export type CamelConfiguration = CamelSections<Configuration>;

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The configuration under the names that code uses: `security.rateLimits.perMinute`. */
export function camelSettings(configuration: Configuration): CamelConfiguration {
  const within = (value: Record<string, unknown>, section: Section): Record<string, unknown> =>
    Object.fromEntries(
      section.members.map(([key, member]) => [
        camel(key),
        isSection(member) ? within(value[key] as Record<string, unknown>, member) : value[key],
      ]),
    );
  return within(configuration, root) as CamelConfiguration;
}
