import { existsSync } from 'node:fs';
import { flag, numberCheck, option, type Wizard, yesOrNo } from './wizard.ts';

const typeOf = (uri: string): string => {
  if (uri.endsWith('.zip')) return 'zip';
  if (/^https?:.*(\.json|\/registry(\/@[^/]+)?\/?)$/.test(uri)) return 'http';
  return uri.startsWith('/') && !uri.endsWith('.git') ? 'filesystem' : 'git';
};
const overHttp = (uri = '') => /^https?:/.test(uri);
const overSsh = (uri = '') => /^ssh:|^[\w.-]+@[\w.-]+:/.test(uri);

export const repositoryWizard: Wizard = {
  command: 'repo add',
  title: 'A new repository',
  steps: [
    { name: 'uri', ask: 'Address: of Git, a folder on the server, a zip file, or a registry over HTTP', paths: true },
    {
      name: 'type',
      ask: 'Type',
      usual: ({ uri = '' }) => typeOf(uri),
      choices: () => ['git', 'filesystem', 'zip', 'http'],
      only: true,
    },
    {
      name: 'name',
      ask: 'Name',
      usual: ({ uri = '' }) => /([\w.-]+?)(\.git|\.zip)?\/?$/.exec(uri)?.[1],
      async check(given, _answers, { client }) {
        const { items } = await client.repositories.list({ filters: [{ field: 'name', value: given }] });
        return items.length === 0 ? null : `There is a repository named ${given} already: choose another name.`;
      },
    },
    { name: 'branch', ask: 'Branch', when: ({ type }) => type === 'git', usual: () => 'main' },
    {
      name: 'tokenEnv',
      ask: 'The server’s environment variable with the token (empty: none)',
      when: ({ uri }) => overHttp(uri),
      optional: true,
      check: (given) =>
        /^[A-Za-z_]\w*$/.test(given)
          ? null
          : 'That is no name of a variable. The token itself stands in the variable, not here.',
    },
    {
      name: 'sshKey',
      ask: 'File with the private key',
      when: ({ type, uri }) => type === 'git' && overSsh(uri),
      optional: true,
      paths: true,
      check: (given) => (existsSync(given) ? null : `There is no file ${given}.`),
    },
    {
      name: 'interval',
      ask: 'Minutes between looks at it; 0: never by itself',
      usual: () => '5',
      check: numberCheck(0, 10_080),
    },
    {
      name: 'readOnly',
      ask: 'Only read from it?',
      usual: ({ type }) => (type === 'zip' || type === 'http' ? 'yes' : 'no'),
      ...yesOrNo,
    },
    {
      name: 'featureBranch',
      ask: 'Push to a branch of its own, with a pull request?',
      when: ({ type, readOnly }) => type === 'git' && readOnly === 'no',
      usual: () => 'no',
      ...yesOrNo,
    },
  ],
  words: ({ name = '', uri = '', type, branch, tokenEnv, sshKey, interval, readOnly, featureBranch }) => [
    name,
    uri,
    ...option('--type', type),
    ...option('--branch', branch),
    ...option('--token-env', tokenEnv),
    ...option('--ssh-key', sshKey),
    ...option('--interval', interval),
    ...flag('--read-only', readOnly),
    ...flag('--feature-branch', featureBranch),
  ],
};
