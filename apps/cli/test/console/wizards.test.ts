import { expect, it } from 'vitest';
import { everyCommand, pathOf } from '../../src/command-tree.ts';
import { expandWords } from '../../src/console/language/expand.ts';
import { quoteWord } from '../../src/console/language/quote-word.ts';
import { readStatements } from '../../src/console/language/read-statements.ts';
import { Variables } from '../../src/console/language/variables.ts';
import type { Answers } from '../../src/console/wizards/wizard.ts';
import { wizardFor, wizards } from '../../src/console/wizards/wizard-for.ts';
import { program } from '../../src/program.ts';

const root = () => program({ stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {} });

/** Every way through a wizard that its choices open, with something typed where nothing is chosen. */
function ways(steps: (typeof wizards)[number]['steps'], answers: Answers = {}): Answers[] {
  const [step, ...rest] = steps;
  if (!step) return [answers];
  if (!(step.when?.(answers) ?? true)) return ways(rest, answers);
  const choices = step.only && step.choices ? step.choices({ client: null as never, folder: '.' }) : null;
  const some = Array.isArray(choices) ? choices : ['some text'];
  return some.flatMap((given) => ways(rest, { ...answers, [step.name]: given }));
}

it.each(wizards.filter(({ command }) => command !== 'schedule create'))(
  '$command is a command that takes what it is given',
  ({ command, steps, words }) => {
    const found = everyCommand(root()).find((one) => pathOf(one) === command);
    const options = new Set(found?.options.map(({ long }) => long));
    const all = ways(
      steps.map((step) => (step.name === 'repository' || step.name === 'task' ? { ...step, only: false } : step)),
    );
    expect(all.length).toBeGreaterThan(0);
    for (const answers of all) {
      const given = words(answers);
      for (const word of given.filter((one) => one.startsWith('--'))) expect(options).toContain(word);
      const typed = [...command.split(' '), ...given].map(quoteWord).join(' ');
      const [statement] = readStatements(typed);
      expect(expandWords(statement?.words ?? [], new Variables({}))).toEqual([...command.split(' '), ...given]);
    }
  },
);

it('asks only where nothing was given, and only for what it knows', () => {
  expect(wizardFor(root(), ['task', 'create'])).not.toBeNull();
  expect(wizardFor(root(), ['output', 'create'])).not.toBeNull();
  expect(wizardFor(root(), ['task', 'create', 'x'])).toBeNull();
  expect(wizardFor(root(), ['task', 'list'])).toBeNull();
  expect(wizardFor(root(), ['create'])).toBeNull();
});

it.each([
  ['schedule create', 'cron', '0 2 * * *', true],
  ['schedule create', 'cron', '@daily', true],
  ['schedule create', 'cron', '0 2 * *', false],
  ['schedule create', 'cron', '0 2 * * !', false],
  ['schedule create', 'timezone', 'Europe/Berlin', true],
  ['schedule create', 'timezone', 'Berlin', false],
  ['schedule create', 'input', '{"a":1}', true],
  ['schedule create', 'input', '{a}', false],
  ['repo add', 'interval', '5', true],
  ['repo add', 'interval', 'often', false],
  ['repo add', 'tokenEnv', 'GIT_TOKEN', true],
  ['repo add', 'tokenEnv', 'ghp-secret', false],
  ['output create', 'webhook.url', 'https://example.org/x', true],
  ['output create', 'webhook.url', 'example.org', false],
])('%s: %s %j is taken: %s', async (command, name, given, taken) => {
  const step = wizards.find((one) => one.command === command)?.steps.find((one) => one.name === name);
  const fault = await step?.check?.(given, {}, { client: null as never, folder: '.' });
  expect(fault === null).toBe(taken);
});
