import { join } from 'node:path';
import { processEnvironment } from '../../process-environment.ts';
import { openTerminal, type Terminal } from './open-terminal.ts';

const main = join(import.meta.dirname, '../../../src/main.ts');

interface Opened {
  /** Its home, and where it stands. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
}

/** `ratchet` on a terminal. */
export const openConsole = ({ folder, args, ...size }: Opened): Promise<Terminal> =>
  openTerminal({
    folder,
    command: [process.execPath, main, ...args],
    environment: processEnvironment(folder),
    ...size,
  });
