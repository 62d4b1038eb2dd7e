import { connectionBuiltIns } from './built-ins/connection.ts';
import { helpBuiltIns } from './built-ins/help.ts';
import { scriptBuiltIns } from './built-ins/script.ts';
import { variableBuiltIns } from './built-ins/variable.ts';
import type { BuiltIn } from './shell.ts';

/** The console's own commands, besides those of `ratchet`. */
export const builtIns: readonly BuiltIn[] = [
  ...connectionBuiltIns,
  ...variableBuiltIns,
  ...scriptBuiltIns,
  ...helpBuiltIns(() => builtIns),
];
