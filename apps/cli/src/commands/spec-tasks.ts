import type { Spec } from '@ratchet/contract/entities/spec';
import type { Command } from 'commander';
import { type Context, contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { findSpecTask } from '../find-spec-task.ts';
import { optionalNumber } from '../read-value.ts';
import { showShort } from '../show-spec.ts';

const which = 'the number it has (1.2), its position ("spec show"), or a part of its text';

/** Tasks of a change, below `spec`. */
export function specTaskCommands(spec: Command, io: Io): void {
  for (const [name, done, description] of [
    ['tick', true, 'Mark tasks of a change as done; nothing else of tasks.md changes.'],
    ['untick', false, 'Mark tasks of a change as open again.'],
  ] as const)
    example(
      byPosition(spec.command(`${name} <change>`).argument('<tasks...>', which).description(description))
        .option('--text <text>', 'reword it, where one is named')
        .action(
          async (given: string, wanted: string[], options: { position?: boolean; text?: string }, command: Command) => {
            const context = contextOf(command, io);
            if (options.text !== undefined && wanted.length > 1)
              throw new Failed('--text rewords one task: name one.', exitCodes.usage);
            let current = await context.client.specs.get({ id: given });
            // All are found before one is changed, so that a name that is wrong changes nothing.
            const found = wanted.map((each) => findSpecTask(current.tasks, each, options.position ?? false));
            for (const n of found) current = await mark(context, current, n, done, options.text);
            showShort(context.out, current);
          },
        ),
      `spec ${name} shop/add-two-factor-auth 1.1 1.2`,
      `spec ${name} shop/add-two-factor-auth --position 0`,
    );
  example(
    spec
      .command('add-task <change> <text>')
      .description('Add a task, in the form of those beside it.')
      .option('--after <task>', `the task it follows: ${which}`)
      .option('--group <heading>', 'the heading it goes under; made where there is none')
      .option('--done', 'it is done already')
      .option('--revision <n>', 'refuse unless this is the current revision')
      .action(
        async (
          given: string,
          text: string,
          options: { after?: string; group?: string; done?: boolean; revision?: string },
          command: Command,
        ) => {
          const { client, out } = contextOf(command, io);
          const before = options.after === undefined ? null : await client.specs.get({ id: given });
          const changed = await client.specs.addTask({
            id: given,
            text,
            ...(before ? { after: findSpecTask(before.tasks, options.after ?? '', false) } : {}),
            ...(options.group === undefined ? {} : { group: options.group }),
            done: options.done ?? false,
            expectedRevision: optionalNumber('--revision', options.revision) ?? before?.revision,
          });
          showShort(out, changed);
        },
      ),
    'spec add-task shop/add-two-factor-auth "Tell the users" --group "2. Roll out"',
  );
  example(
    byPosition(
      spec
        .command('remove-task <change>')
        .argument('<name>', which)
        .description('Remove a task with what is nested below it; history keeps it.'),
    ).action(async (given: string, wanted: string, options: { position?: boolean }, command: Command) => {
      const { client, out } = contextOf(command, io);
      const { tasks, revision } = await client.specs.get({ id: given });
      const n = findSpecTask(tasks, wanted, options.position ?? false);
      showShort(out, await client.specs.removeTask({ id: given, n, expectedRevision: revision }));
    }),
    'spec remove-task shop/add-two-factor-auth 2.3',
  );
}

const byPosition = (command: Command): Command =>
  command.option('--position', 'tasks are named by their position, from 0, and by nothing else');

/** With the text that is expected there, so that a list that changed meanwhile is not ticked at the wrong place. */
const mark = ({ client }: Context, spec: Spec, n: number, done: boolean, text: string | undefined): Promise<Spec> =>
  client.specs.updateTask({
    id: spec.specId,
    n,
    done,
    ...(text === undefined ? {} : { text }),
    ...(spec.tasks[n] ? { expectedText: spec.tasks[n].text } : {}),
  });
