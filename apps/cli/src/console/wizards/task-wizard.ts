import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { flag, option, type Wizard, yesOrNo } from './wizard.ts';

const starter = '(input) => ({ hello: input.name ?? "world" })';

export const taskWizard: Wizard = {
  command: 'task create',
  title: 'A new task',
  steps: [
    {
      name: 'name',
      ask: 'Name',
      async check(given, _answers, { client }) {
        if (given.length > 200) return 'A name has 200 characters at most.';
        const { items } = await client.tasks.list({ filters: [{ field: 'name', value: given }] });
        return items.length === 0 ? null : `There is a task named ${given} already: choose another name.`;
      },
    },
    {
      name: 'file',
      ask: 'File with its code (empty: type it here)',
      optional: true,
      paths: true,
      check(given, _answers, { folder }) {
        const found = statSync(resolve(folder, given), { throwIfNoEntry: false });
        return found?.isFile() ? null : `There is no file ${given}.`;
      },
    },
    {
      name: 'code',
      ask: 'Code; a line with nothing but a dot ends it (empty: a task that says hello)',
      when: ({ file }) => file === '',
      lines: true,
      usual: () => starter,
    },
    {
      name: 'typescript',
      ask: 'Is it TypeScript?',
      usual: ({ file }) => (file?.endsWith('.ts') ? 'yes' : 'no'),
      ...yesOrNo,
    },
    { name: 'description', ask: 'What it does', optional: true },
    {
      name: 'repository',
      ask: 'Repository (empty: the default one)',
      optional: true,
      only: true,
      choices: async ({ client }) => (await client.repositories.list({ limit: 1000 })).items.map(({ name }) => name),
    },
  ],
  words: ({ name = '', file, code = '', typescript, description, repository }) => [
    name,
    '--source',
    file ? `@${file}` : code,
    ...flag('--typescript', typescript),
    ...option('--description', description),
    ...option('--repository', repository),
  ],
};
