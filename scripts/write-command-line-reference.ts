/** Writes docs/reference/command-line.md from the program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineReference } from '../apps/cli/src/command-line-reference.ts';
import { program } from '../apps/cli/src/program.ts';

writeFileSync(join(import.meta.dirname, '../docs/reference/command-line.md'), commandLineReference(program(process)));
