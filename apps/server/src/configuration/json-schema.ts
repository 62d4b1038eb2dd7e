import * as z from 'zod';
import { bare, isSection, root, type Section, type Setting } from './every-setting.ts';

/** How a variable stands in a value, whatever the value's type. */
const variable = { type: 'string', pattern: '\\$\\{\\w+(:-[^}]*)?\\}' };

/** The JSON Schema of the configuration, for editors. */
export const configurationSchema = (): Record<string, unknown> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'ratchet.yaml',
  description: 'How a Ratchet server is configured',
  ...sectionSchema(root),
});

function sectionSchema({ description, members }: Section): Record<string, unknown> {
  return {
    ...(description ? { description } : {}),
    type: ['object', 'null'],
    additionalProperties: false,
    properties: Object.fromEntries(
      members.map(([key, member]) => [key, isSection(member) ? sectionSchema(member) : settingSchema(member)]),
    ),
  };
}

function settingSchema({ schema, kind, usual, description, secret }: Setting): Record<string, unknown> {
  const {
    $schema: _,
    description: _said,
    ...own
  } = z.toJSONSchema(bare(schema), { io: 'input' }) as Record<string, unknown>;
  const isAnyText = kind === 'text' && own.pattern === undefined && own.format === undefined;
  const choices = [own, ...(isAnyText ? [] : [variable]), { type: 'null' }];
  return {
    description,
    ...(secret || usual === null ? {} : { default: usual }),
    anyOf: choices,
  };
}
