import { readFileSync } from 'node:fs';
import { placePermissions, roleCeilings, rolePermissions, roles } from '@ratchet/contract/access';
import { type Permission, permissions } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../../docs/reference/permissions.md', import.meta.url), 'utf8');

it('the reference says of each role what the contract says', () => {
  const held = (permission: Permission) =>
    (placePermissions as readonly Permission[]).includes(permission) ? 'places' : 'the server';
  const rows = permissions.map((permission) => [
    `\`${permission}\``,
    ...roles.map((role) =>
      rolePermissions[role].includes(permission) ? 'yes' : roleCeilings[role].includes(permission) ? 'by grant' : '',
    ),
    held(permission),
  ]);
  const [, section = ''] = text.split(/<!-- roles.*-->/);
  const written = section
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(written).toEqual(rows);
});

it('the reference names every operation that needs no sign-in', () => {
  for (const { name } of operations.filter((operation) => operation.public)) expect(text).toContain(`\`${name}\``);
});
