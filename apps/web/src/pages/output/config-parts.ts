import type { Config, ConfigField } from './config-field.ts';

export const is =
  (name: string, ...values: readonly unknown[]) =>
  (config: Config) =>
    values.includes(config[name]);
export const isNot =
  (name: string, ...values: readonly unknown[]) =>
  (config: Config) =>
    !values.includes(config[name]);

/** What is sent and how it is written. */
export const content = (usual: 'output' | 'envelope', indent: number): readonly ConfigField[] => [
  {
    name: 'content',
    label: 'What is sent',
    kind: 'choice',
    usual,
    choices: [
      { value: 'output', label: 'The output alone' },
      { value: 'envelope', label: 'The output with the task, the execution and the delivery' },
    ],
  },
  {
    name: 'format',
    label: 'Format',
    kind: 'choice',
    usual: 'json',
    choices: [
      { value: 'json', label: 'JSON' },
      { value: 'yaml', label: 'YAML' },
      { value: 'csv', label: 'CSV' },
      { value: 'raw', label: 'A text as it is' },
    ],
  },
  {
    name: 'indent',
    label: 'Indent of JSON',
    kind: 'number',
    usual: indent,
    when: is('format', undefined, 'json'),
    more: true,
  },
  {
    name: 'encoding',
    label: 'Encoding of the text',
    kind: 'choice',
    usual: 'utf8',
    choices: [
      { value: 'utf8', label: 'UTF-8' },
      { value: 'base64', label: 'Base64: the text holds bytes' },
    ],
    when: is('format', 'raw'),
  },
  {
    name: 'delimiter',
    label: 'Between columns',
    kind: 'choice',
    usual: ',',
    choices: [
      { value: ',', label: 'Comma' },
      { value: ';', label: 'Semicolon' },
      { value: '\t', label: 'Tab' },
      { value: '|', label: 'Bar' },
    ],
    when: is('format', 'csv'),
  },
  {
    name: 'header',
    label: 'Begin with the names of the columns',
    kind: 'switch',
    usual: true,
    when: is('format', 'csv'),
  },
  {
    name: 'guardFormulas',
    label: 'Guard against formulas',
    kind: 'switch',
    usual: true,
    text: 'A text that a spreadsheet would take for a formula gets an apostrophe',
    when: is('format', 'csv'),
    more: true,
  },
];
/** Of CSV files; tables have columns of their own. */
export const csvColumns: ConfigField = {
  name: 'columns',
  label: 'Columns of CSV',
  kind: 'list',
  text: 'Without any, every member there is',
  when: is('format', 'csv'),
};

export const host = (port: number | string): readonly ConfigField[] => [
  { name: 'host', label: 'Host', kind: 'text', required: true, placeholder: 'host.example.org' },
  {
    name: 'port',
    label: 'Port',
    kind: 'number',
    ...(typeof port === 'number' ? { usual: port } : { text: `Without one: ${port}` }),
  },
];
export const tls: readonly ConfigField[] = [
  { name: 'tls', label: 'Connect with TLS', kind: 'switch', usual: false, text: 'Certificates are always checked' },
  {
    name: 'ca',
    label: 'Further authorities to trust',
    kind: 'long',
    text: 'Certificates in PEM form',
    placeholder: '-----BEGIN CERTIFICATE-----',
    more: true,
  },
];
export const account = (required: boolean, usual?: string): readonly ConfigField[] => [
  { name: 'username', label: 'User name', kind: 'text', required, ...(usual ? { usual } : {}) },
  { name: 'password', label: 'Password', kind: 'secret' },
];

export const database = (port: number): readonly ConfigField[] => [
  ...host(port),
  { name: 'database', label: 'Database', kind: 'text', required: true },
  ...account(true),
  { name: 'schema', label: 'Schema', kind: 'text', text: 'Where it is not the usual one', more: true },
  { name: 'table', label: 'Table', kind: 'text', required: true },
  {
    name: 'columns',
    label: 'Columns',
    kind: 'pairs',
    required: true,
    text: 'Each column, and where its value comes from: row.total, output.id, execution.id, task.name, timestamp',
    placeholder: 'row.total',
  },
  {
    name: 'rows',
    label: 'What becomes rows',
    kind: 'text',
    usual: 'output',
    text: 'output, or a list in it such as output.items: one row for each element',
  },
  { name: 'keyColumns', label: 'Key columns', kind: 'list', text: 'A row with the same values in these is updated' },
  {
    name: 'deliveryIdColumn',
    label: 'Column for the delivery’s id',
    kind: 'text',
    text: 'Then a delivery that is sent again is stored once',
  },
  ...tls,
];
