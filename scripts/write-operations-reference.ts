import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import { operationsReference } from './operations-reference.ts';

/** Writes docs/reference/operations.md anew. */
const path = join(import.meta.dirname, '../docs/reference/operations.md');
writeFileSync(path, operationsReference(operations));
process.stdout.write(`${operations.length} operations written to docs/reference/operations.md\n`);
