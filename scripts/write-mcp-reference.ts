import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mcpReference } from '../apps/server/src/mcp-reference.ts';
import { operations } from '../packages/contract/src/operations/table.ts';

writeFileSync(join(import.meta.dirname, '../docs/reference/mcp.md'), mcpReference(operations));
