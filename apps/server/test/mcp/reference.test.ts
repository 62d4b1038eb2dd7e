import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import { expect, it } from 'vitest';
import { mcpReference } from '../../src/mcp-reference.ts';

it('is current: node scripts/write-mcp-reference.ts writes it anew', () => {
  const written = readFileSync(join(import.meta.dirname, '../../../../docs/reference/mcp.md'), 'utf8');
  expect(written).toBe(mcpReference(operations));
});

it('has every tool', () => {
  const written = mcpReference(operations);
  for (const one of operations.filter((operation) => !operation.excused?.mcp))
    expect(written).toContain(`\`${one.mcp}\``);
});
