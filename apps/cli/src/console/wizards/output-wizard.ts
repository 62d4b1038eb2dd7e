import { OutputType } from '@ratchet/contract/entities/output';
import { type Answers, flag, option, type Step, type Wizard, yesOrNo } from './wizard.ts';

interface Member {
  readonly name: string;
  readonly usual?: string;
  readonly optional?: boolean;
  readonly secret?: boolean;
}
const place: readonly Member[] = [
  { name: 'host', usual: 'localhost' },
  { name: 'port', optional: true },
];
const account: readonly Member[] = [
  { name: 'username', optional: true },
  { name: 'password', optional: true, secret: true },
];
const table: readonly Member[] = [...place, { name: 'database' }, ...account, { name: 'table' }, { name: 'columns' }];

/** What each type cannot do without, and what most give. Everything else can be set with "output edit". */
const members: Readonly<Record<OutputType, readonly Member[]>> = {
  filesystem: [{ name: 'root' }, { name: 'path', usual: '{{task.name}}/{{execution.id}}.json' }],
  webhook: [{ name: 'url' }, { name: 'signingSecret', optional: true, secret: true }],
  postgresql: table,
  mysql: table,
  s3: [
    { name: 'endpoint', optional: true },
    { name: 'region', usual: 'us-east-1' },
    { name: 'bucket' },
    { name: 'key', usual: '{{task.name}}/{{execution.id}}.json' },
    { name: 'accessKeyId' },
    { name: 'secretAccessKey', secret: true },
  ],
  redis: [...place, ...account, { name: 'mode', usual: 'stream' }, { name: 'key' }],
  rabbitmq: [...place, ...account, { name: 'queue' }],
  email: [
    ...place,
    ...account,
    { name: 'from' },
    { name: 'to' },
    { name: 'subject', usual: '{{task.name}}: {{execution.status}}' },
  ],
  stdio: [],
};

const stepOf = (type: OutputType, { name, usual, optional, secret }: Member): Step => ({
  name: `${type}.${name}`,
  ask: name,
  when: (answers) => answers.type === type,
  ...(usual === undefined ? {} : { usual: () => usual }),
  ...(optional ? { optional } : {}),
  ...(secret ? { secret } : {}),
  ...(name === 'url'
    ? {
        check: (given: string) =>
          /^https?:\/\/[^/]+/.test(given) ? null : 'Give an address that begins with https:// or http://.',
      }
    : {}),
});

const configured = (answers: Answers, secret: boolean): string[] => {
  const type = answers.type as OutputType;
  const given = members[type]
    .filter((member) => (member.secret ?? false) === secret)
    .flatMap(({ name }) => (answers[`${type}.${name}`] ? [`${name}=${answers[`${type}.${name}`]}`] : []));
  return given.length === 0 ? [] : [secret ? '--secret' : '--set', ...given];
};

export const outputWizard: Wizard = {
  command: 'output create',
  title: 'A new output destination',
  steps: [
    {
      name: 'name',
      ask: 'Name',
      async check(given, _answers, { client }) {
        const { items } = await client.outputDestinations.list({ filters: [{ field: 'name', value: given }] });
        return items.length === 0 ? null : `There is one named ${given} already: choose another name.`;
      },
    },
    { name: 'type', ask: 'Type', choices: () => OutputType.options, only: true },
    ...OutputType.options.flatMap((type) => members[type].map((member) => stepOf(type, member))),
    { name: 'global', ask: 'Every execution’s output?', usual: () => 'no', ...yesOrNo },
    {
      name: 'on',
      ask: 'Which ends',
      usual: () => 'success',
      choices: () => ['success', 'failure', 'always'],
      only: true,
    },
  ],
  words: (answers) => [
    answers.name ?? '',
    answers.type ?? '',
    ...configured(answers, false),
    ...configured(answers, true),
    ...flag('--global', answers.global),
    ...(answers.on === 'success' ? [] : option('--on', answers.on)),
  ],
};
