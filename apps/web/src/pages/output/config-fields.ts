import type { OutputDestination } from '@ratchet/contract/entities/output';

export type Config = OutputDestination['config'];
type Kind = 'text' | 'long' | 'number' | 'switch' | 'choice' | 'list' | 'numbers' | 'pairs' | 'secret' | 'secrets';

/** One member of a destination's configuration, as a form asks for it. */
export interface ConfigField {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  readonly text?: string;
  readonly required?: boolean;
  /** What counts where nothing is given. */
  readonly usual?: string | number | boolean;
  readonly choices?: readonly (string | { readonly value: string; readonly label: string })[];
  readonly placeholder?: string;
  /** Takes template variables. */
  readonly template?: boolean;
  /** Only where this holds of the rest. */
  readonly when?: (config: Config) => boolean;
  /** Seldom needed. */
  readonly more?: boolean;
}

const is =
  (name: string, ...values: readonly unknown[]) =>
  (config: Config) =>
    values.includes(config[name]);
const isNot =
  (name: string, ...values: readonly unknown[]) =>
  (config: Config) =>
    !values.includes(config[name]);

/** What is sent and how it is written. */
const content = (usual: 'output' | 'envelope', indent: number): readonly ConfigField[] => [
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
const csvColumns: ConfigField = {
  name: 'columns',
  label: 'Columns of CSV',
  kind: 'list',
  text: 'Without any, every member there is',
  when: is('format', 'csv'),
};

const host = (port: number | string): readonly ConfigField[] => [
  { name: 'host', label: 'Host', kind: 'text', required: true, placeholder: 'host.example.org' },
  {
    name: 'port',
    label: 'Port',
    kind: 'number',
    ...(typeof port === 'number' ? { usual: port } : { text: `Without one: ${port}` }),
  },
];
const tls: readonly ConfigField[] = [
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
const account = (required: boolean, usual?: string): readonly ConfigField[] => [
  { name: 'username', label: 'User name', kind: 'text', required, ...(usual ? { usual } : {}) },
  { name: 'password', label: 'Password', kind: 'secret' },
];

const database = (port: number): readonly ConfigField[] => [
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

/** The forms of all kinds of destinations. */
export const configFields: Readonly<Record<OutputDestination['type'], readonly ConfigField[]>> = {
  filesystem: [
    {
      name: 'root',
      label: 'Folder',
      kind: 'text',
      required: true,
      text: 'On the server, absolute, there already',
      placeholder: '/srv/results',
    },
    {
      name: 'path',
      label: 'File',
      kind: 'text',
      required: true,
      template: true,
      text: 'Below the folder; folders in between are made',
      placeholder: '{{task.name}}/{{date}}/{{execution.id}}.json',
    },
    {
      name: 'mode',
      label: 'Each output',
      kind: 'choice',
      usual: 'write',
      choices: [
        { value: 'write', label: 'A file of its own' },
        { value: 'append', label: 'Added to the end of the file' },
      ],
    },
    {
      name: 'onCollision',
      label: 'Where the file is there already',
      kind: 'choice',
      usual: 'overwrite',
      choices: [
        { value: 'overwrite', label: 'Replace it' },
        { value: 'number', label: 'Write beside it, with a number' },
        { value: 'fail', label: 'Fail the delivery' },
      ],
      when: isNot('mode', 'append'),
    },
    ...content('output', 2),
    csvColumns,
    { name: 'fileMode', label: 'Rights of files', kind: 'text', usual: '640', text: 'Three octal digits', more: true },
    {
      name: 'directoryMode',
      label: 'Rights of folders',
      kind: 'text',
      usual: '750',
      text: 'Three octal digits',
      more: true,
    },
  ],
  webhook: [
    {
      name: 'url',
      label: 'Address',
      kind: 'text',
      required: true,
      template: true,
      text: 'Variables after the host',
      placeholder: 'https://example.org/hook',
    },
    { name: 'method', label: 'Method', kind: 'choice', usual: 'POST', choices: ['POST', 'PUT', 'PATCH'] },
    {
      name: 'auth',
      label: 'Signs in with',
      kind: 'choice',
      usual: 'none',
      choices: [
        { value: 'none', label: 'Nothing' },
        { value: 'bearer', label: 'A bearer token' },
        { value: 'basic', label: 'A user name and a password' },
        { value: 'api_key', label: 'A key in a header' },
      ],
    },
    { name: 'token', label: 'Token', kind: 'secret', when: is('auth', 'bearer') },
    { name: 'username', label: 'User name', kind: 'text', when: is('auth', 'basic'), required: true },
    { name: 'password', label: 'Password', kind: 'secret', when: is('auth', 'basic') },
    { name: 'apiKeyHeader', label: 'Header', kind: 'text', usual: 'X-API-Key', when: is('auth', 'api_key') },
    { name: 'apiKey', label: 'Key', kind: 'secret', when: is('auth', 'api_key') },
    { name: 'headers', label: 'Further headers', kind: 'pairs', template: true, placeholder: 'value' },
    {
      name: 'signingSecret',
      label: 'Secret to sign with',
      kind: 'secret',
      text: 'Every request is signed with it: X-Ratchet-Signature',
    },
    {
      name: 'secrets',
      label: 'Secrets for the address and headers',
      kind: 'secrets',
      text: 'Written there as {{secret.name}}',
    },
    {
      name: 'retryStatuses',
      label: 'Answers after which it is sent again',
      kind: 'numbers',
      text: 'Without any: 408, 425, 429 and 500 to 599',
      more: true,
    },
    ...content('envelope', 0),
    csvColumns,
  ],
  postgresql: database(5432),
  mysql: database(3306),
  s3: [
    {
      name: 'endpoint',
      label: 'Address of the server',
      kind: 'text',
      text: 'Only where it is not Amazon’s',
      placeholder: 'https://s3.example.org',
    },
    { name: 'region', label: 'Region', kind: 'text', usual: 'us-east-1' },
    { name: 'bucket', label: 'Bucket', kind: 'text', required: true },
    {
      name: 'key',
      label: 'Name of the object',
      kind: 'text',
      required: true,
      template: true,
      placeholder: '{{task.name}}/{{execution.id}}.json',
    },
    { name: 'accessKeyId', label: 'Access key id', kind: 'text', required: true },
    { name: 'secretAccessKey', label: 'Secret access key', kind: 'secret', required: true },
    { name: 'sessionToken', label: 'Session token', kind: 'secret', more: true },
    {
      name: 'forcePathStyle',
      label: 'The bucket stands in the path',
      kind: 'switch',
      usual: false,
      text: 'As most servers but Amazon’s want it',
    },
    { name: 'contentType', label: 'Content type', kind: 'text', text: 'Without one, as the format has it', more: true },
    ...content('output', 2),
    csvColumns,
  ],
  redis: [
    ...host(6379),
    ...account(false),
    { name: 'database', label: 'Database', kind: 'number', usual: 0 },
    {
      name: 'mode',
      label: 'What becomes of it',
      kind: 'choice',
      usual: 'list',
      choices: [
        { value: 'list', label: 'Pushed to a list' },
        { value: 'stream', label: 'Added to a stream' },
        { value: 'publish', label: 'Published to who listens now' },
        { value: 'set', label: 'A value of its own' },
      ],
    },
    { name: 'key', label: 'List, stream, channel or name', kind: 'text', required: true, template: true },
    {
      name: 'push',
      label: 'End of the list',
      kind: 'choice',
      usual: 'right',
      choices: ['right', 'left'],
      when: is('mode', undefined, 'list'),
    },
    {
      name: 'maxLength',
      label: 'Longest',
      kind: 'number',
      text: 'The oldest go',
      when: is('mode', undefined, 'list', 'stream'),
    },
    { name: 'ttlSeconds', label: 'Seconds it is kept', kind: 'number', when: is('mode', 'set') },
    ...tls,
    ...content('envelope', 0),
    csvColumns,
  ],
  rabbitmq: [
    ...host('5672, with TLS 5671'),
    { name: 'vhost', label: 'Virtual host', kind: 'text', usual: '/' },
    ...account(false, 'guest'),
    { name: 'queue', label: 'Queue', kind: 'text', text: 'Either a queue or an exchange' },
    { name: 'exchange', label: 'Exchange', kind: 'text' },
    { name: 'routingKey', label: 'Routing key', kind: 'text', template: true, text: 'Goes with an exchange' },
    { name: 'declare', label: 'Make the queue or exchange where it is not there', kind: 'switch', usual: false },
    {
      name: 'exchangeType',
      label: 'Type of the exchange',
      kind: 'choice',
      usual: 'topic',
      choices: ['direct', 'topic', 'fanout', 'headers'],
      when: is('declare', true),
    },
    { name: 'persistent', label: 'Messages outlive a restart of the broker', kind: 'switch', usual: true, more: true },
    {
      name: 'mandatory',
      label: 'Fail where no queue takes the message',
      kind: 'switch',
      text: 'Without a choice: for a queue yes, for an exchange no',
      more: true,
    },
    ...tls,
    ...content('envelope', 0),
    csvColumns,
  ],
  email: [
    ...host('587, with TLS 465'),
    ...account(false),
    {
      name: 'startTls',
      label: 'Without TLS, turn to it before signing in',
      kind: 'choice',
      usual: 'require',
      choices: [
        { value: 'require', label: 'Always' },
        { value: 'if_offered', label: 'Where the server offers it' },
        { value: 'never', label: 'Never' },
      ],
      when: isNot('tls', true),
    },
    { name: 'from', label: 'From', kind: 'text', required: true, template: true, placeholder: 'ratchet@example.org' },
    { name: 'to', label: 'To', kind: 'list', required: true, template: true, text: 'Addresses, each ended with Enter' },
    { name: 'cc', label: 'Copies to', kind: 'list', template: true, more: true },
    { name: 'bcc', label: 'Hidden copies to', kind: 'list', template: true, more: true },
    { name: 'replyTo', label: 'Answers to', kind: 'text', template: true, more: true },
    { name: 'subject', label: 'Subject', kind: 'text', template: true, usual: '{{task.name}}: {{execution.status}}' },
    {
      name: 'body',
      label: 'Text',
      kind: 'long',
      template: true,
      usual: 'Task {{task.name}} ended: {{execution.status}}.\n\n{{json output}}\n',
      text: 'Knows {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{json …}} too',
    },
    {
      name: 'html',
      label: 'Text as HTML',
      kind: 'long',
      template: true,
      text: 'For mail programs that show it',
      more: true,
    },
    {
      name: 'attachment',
      label: 'Name of an attached file',
      kind: 'text',
      template: true,
      text: 'With the output in it; without a name there is none',
    },
    ...tls,
    ...content('output', 2),
    csvColumns,
  ],
  stdio: [content('envelope', 0)[0]!],
};

export const typeNames: Readonly<Record<OutputDestination['type'], { readonly label: string; readonly text: string }>> =
  {
    filesystem: { label: 'Folder', text: 'Files in a folder of the server' },
    webhook: { label: 'Webhook', text: 'A request to an address' },
    postgresql: { label: 'PostgreSQL', text: 'Rows of a table' },
    mysql: { label: 'MySQL', text: 'Rows of a table' },
    s3: { label: 'S3', text: 'Objects of a bucket' },
    redis: { label: 'Redis', text: 'A list, a stream, a channel or a value' },
    rabbitmq: { label: 'RabbitMQ', text: 'Messages of a queue or an exchange' },
    email: { label: 'Mail', text: 'A message to people' },
    stdio: { label: 'Standard output', text: 'A line of JSON on the server’s own output' },
  };

export const outputTypes = Object.keys(typeNames) as OutputDestination['type'][];

/** Fields that count for a configuration as it stands. */
export const fieldsFor = (type: OutputDestination['type'], config: Config): readonly ConfigField[] =>
  configFields[type].filter(({ when }) => when === undefined || when(config));

/** Members that are kept encrypted and never answered. */
export const secretNames = (type: OutputDestination['type']): readonly string[] =>
  configFields[type].filter(({ kind }) => kind === 'secret' || kind === 'secrets').map(({ name }) => name);

/** The configuration to be sent: without what does not count any more, so that the server does not refuse it. */
export function sentConfig(type: OutputDestination['type'], config: Config): Config {
  const dropped = new Set(
    configFields[type].filter(({ when }) => when !== undefined && !when(config)).map(({ name }) => name),
  );
  // A name may stand for two fields, of which one counts.
  for (const { name } of fieldsFor(type, config)) dropped.delete(name);
  return Object.fromEntries(Object.entries(config).filter(([name]) => !dropped.has(name)));
}
