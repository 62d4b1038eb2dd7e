import type { createClient } from '@ratchet/client/create-client';
import type { Command } from 'commander';
import { contextOf, type Io } from '../../context.ts';
import { output } from '../../output.ts';
import { quoteWord } from '../language/quote-word.ts';
import type { Shell } from '../shell.ts';
import { asker } from './asker.ts';
import { outputWizard } from './output-wizard.ts';
import { repositoryWizard } from './repository-wizard.ts';
import { scheduleWizard } from './schedule-wizard.ts';
import { taskWizard } from './task-wizard.ts';
import type { Answers, Around, Step, Wizard } from './wizard.ts';

export const wizards: readonly Wizard[] = [taskWizard, repositoryWizard, scheduleWizard, outputWizard];

/**
 * What asks for the arguments of a create command that came without any; null: it came with some, or has no wizard. It
 * answers the whole command, or null where it was not to be sent.
 */
export function wizardFor(root: Command, args: readonly string[]) {
  const [entity, verb, ...rest] = args;
  if (rest.length > 0) return null;
  const command = root.commands
    .find((one) => one.name() === entity)
    ?.commands.find((one) => one.name() === verb || one.aliases().includes(verb ?? ''));
  const wizard = wizards.find((one) => command && one.command === `${entity} ${command.name()}`);
  if (!wizard || !command) return null;
  return (shell: Pick<Shell, 'history'>, io: Io) => answered(wizard, shell, contextOf(command, io).client, io);
}

async function answered(
  wizard: Wizard,
  shell: Pick<Shell, 'history'>,
  client: ReturnType<typeof createClient>,
  io: Io,
) {
  const { dim, line } = output(io, false);
  const around: Around = { client, folder: process.cwd() };
  const ask = asker(io);
  line(`${wizard.title}. ${dim('Enter takes what stands in brackets, Tab offers, Ctrl-C gives up.')}`);
  let answers: Answers = {};
  for (;;) {
    answers = await everyAnswer(wizard, answers, around, io);
    line('');
    for (const step of wizard.steps)
      if (answers[step.name])
        line(
          `  ${dim(step.name.replace(/^.*\./, '').padEnd(14))} ${step.secret ? '***' : answers[step.name]?.split('\n')[0]}`,
        );
    const hidden = Object.fromEntries(
      Object.entries(answers).map(([name, value]) => [
        name,
        wizard.steps.find((step) => step.name === name)?.secret && value ? '***' : value,
      ]),
    );
    const command = [...wizard.command.split(' '), ...wizard.words(hidden)].map(quoteWord).join(' ');
    line(`\n  ${dim(command)}\n`);
    const sent = (await ask.line({ text: 'Send it? [yes], no or edit: ', offers: ['yes', 'no', 'edit'] }))
      .trim()
      .toLowerCase();
    if (sent === 'no' || sent === 'n') {
      line('Nothing was sent.');
      return null;
    }
    if (!sent.startsWith('e')) {
      if (!command.includes('***')) shell.history.add(command);
      return [...wizard.command.split(' '), ...wizard.words(answers)];
    }
  }
}

async function everyAnswer({ steps }: Wizard, before: Answers, around: Around, io: Io): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const step of steps)
    if (step.when?.(answers) ?? true) answers[step.name] = await answer(step, answers, before[step.name], around, io);
  return answers;
}

/** Asks until the answer can be used. */
async function answer(
  step: Step,
  answers: Answers,
  before: string | undefined,
  around: Around,
  io: Io,
): Promise<string> {
  const { bad, dim, line } = output(io, false);
  const ask = asker(io);
  const usual = before || ((await step.usual?.(answers, around)) ?? '');
  const offers = (await step.choices?.(around)) ?? [];
  const few = step.only && offers.length > 0 && offers.length <= 10 ? ` ${dim(`(${offers.join(', ')})`)}` : '';
  const brackets = usual === '' || usual.includes('\n') ? '' : ` ${dim(`[${step.secret ? '***' : usual}]`)}`;
  for (;;) {
    const text = `${step.ask}${few}${brackets}: `;
    const typed = step.secret
      ? await ask.secret(step.ask)
      : step.lines
        ? await manyLines(text, ask)
        : (await ask.line({ text, offers, paths: step.paths ?? false })).trim();
    const given = typed === '' ? usual : typed;
    const fault =
      given === ''
        ? step.optional
          ? null
          : 'This cannot be left out.'
        : step.only && !offers.includes(chosen(given, offers))
          ? `Give one of ${offers.length <= 20 ? offers.join(', ') : 'those that Tab offers'}.`
          : ((await step.check?.(given, answers, around)) ?? null);
    if (fault === null) return step.only ? chosen(given, offers) : given;
    line(bad(`  ${fault}`));
  }
}

/** A choice may be begun, as y for yes. */
function chosen(given: string, offers: readonly string[]): string {
  if (given === '' || offers.includes(given)) return given;
  const begun = offers.filter((one) => one.toLowerCase().startsWith(given.toLowerCase()));
  return begun.length === 1 ? (begun[0] as string) : given;
}

async function manyLines(text: string, ask: ReturnType<typeof asker>): Promise<string> {
  const lines: string[] = [];
  for (let prompt = `${text}\n| `; ; prompt = '| ') {
    const line = await ask.line({ text: prompt });
    if (line.trim() === '.' || (line === '' && lines.length === 0)) return lines.join('\n');
    lines.push(line);
  }
}
