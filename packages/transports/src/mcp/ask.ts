import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Input, Operation, Output } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';

/** What resources, prompts and completion find out for a caller: each through the dispatcher, with the caller's rights. */
export function asker(dispatcher: Dispatcher, caller: Caller) {
  const ask = async <O>(operation: O, input: Input<O>): Promise<Output<O>> =>
    (await dispatcher.call(operation as Operation, input, caller)) as Output<O>;
  const { tasks, executions, conflicts, repositories, templates, guides } = table;
  return {
    task: (id: string) => ask(tasks.get, { id }),
    history: (id: string) => ask(tasks.history, { id, limit: 50 }),
    tasks: (request: Input<typeof tasks.list>) => ask(tasks.list, request),
    modified: (repositoryId: string | undefined) =>
      ask(tasks.modified, { limit: 50, ...(repositoryId ? { repositoryId } : {}) }),
    pendingDiff: (id: string) => ask(tasks.diff, { id, pending: true }),
    validation: (id: string) => ask(tasks.validate, { id }),
    execution: (id: string) => ask(executions.get, { id }),
    executions: (request: Input<typeof executions.list>) => ask(executions.list, request),
    logs: (id: string, page: number) => ask(executions.logs, { id, limit: 1000, page }),
    analysis: (id: string) => ask(executions.analysis, { id }),
    conflict: (id: string) => ask(conflicts.get, { id }),
    conflicts: (request: Input<typeof conflicts.list>) => ask(conflicts.list, request),
    repository: (id: string) => ask(repositories.get, { id }),
    repositories: (request: Input<typeof repositories.list>) => ask(repositories.list, request),
    templates: () => ask(templates.list, {}),
    guides: {
      endpointReference: () => ask(guides.endpointReference, {}),
      integration: () => ask(guides.integration, { language: 'mcp' }),
      walkthrough: (topic: Topic) => ask(guides.walkthrough, { topic }),
    },
  };
}
export type Ask = ReturnType<typeof asker>;
export type Topic = NonNullable<Input<typeof table.guides.walkthrough>['topic']>;
