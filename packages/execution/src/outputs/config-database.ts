import * as z from 'zod';
import { host, identifier, port, secretText, tlsShape } from './config-shape.ts';
import { columnSourceFault } from './database-rows.ts';

const shape = (usualPort: number) =>
  z
    .strictObject({
      host,
      port: port.default(usualPort),
      database: identifier,
      username: z.string().min(1).max(200),
      password: secretText().optional(),
      ...tlsShape,
      schema: identifier.optional().describe('Of the table, where it is not the usual one'),
      table: identifier,
      columns: z
        .record(identifier, z.string().min(1).max(500))
        .refine((columns) => Object.keys(columns).length > 0, 'names at least one column.')
        .describe('Column: where its value comes from, such as row.total, output.id, execution.id or timestamp'),
      rows: z
        .string()
        .max(500)
        .default('output')
        .describe('What becomes rows: an array gives one for each of its elements, anything else gives one'),
      keyColumns: z
        .array(identifier)
        .max(16)
        .default([])
        .describe('A row that is there with the same values in these is updated'),
      deliveryIdColumn: identifier
        .optional()
        .describe('A column for the delivery’s id, by which a delivery that is sent again is known'),
    })
    .superRefine(({ columns, rows, keyColumns, deliveryIdColumn }, issues) => {
      for (const [column, source] of Object.entries(columns)) {
        const fault = columnSourceFault(source);
        if (fault) issues.addIssue({ code: 'custom', path: ['columns', column], message: fault });
      }
      if (!/^output(\.|$)/.test(rows))
        issues.addIssue({
          code: 'custom',
          path: ['rows'],
          message: 'is output, or a member of it, such as output.items.',
        });
      for (const [i, column] of keyColumns.entries())
        if (!Object.hasOwn(columns, column))
          issues.addIssue({ code: 'custom', path: ['keyColumns', i], message: 'is none of the columns.' });
      if (deliveryIdColumn !== undefined && Object.hasOwn(columns, deliveryIdColumn))
        issues.addIssue({ code: 'custom', path: ['deliveryIdColumn'], message: 'is one of the columns already.' });
    });

export const PostgresqlConfig = shape(5432);
export const MysqlConfig = shape(3306);
export type DatabaseConfig = z.output<typeof PostgresqlConfig>;
