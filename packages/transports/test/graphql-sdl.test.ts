import { operations } from '@ratchet/contract/operations/table';
import { printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { buildGraphQLSchema } from '../src/graphql/build-schema.ts';

it('docs/reference/schema.graphql is the schema as it is; --update writes it anew', async () => {
  const head =
    '# Generated from the table of operations: npx vitest run packages/transports/test/graphql-sdl.test.ts --update\n\n';
  await expect(`${head}${printSchema(buildGraphQLSchema(operations))}\n`).toMatchFileSnapshot(
    '../../../docs/reference/schema.graphql',
  );
});
