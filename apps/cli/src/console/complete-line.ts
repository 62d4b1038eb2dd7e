import type { Shell } from './shell.ts';

export const completer =
  (_shell: Shell) =>
  async (line: string): Promise<[string[], string]> => [[], line];
