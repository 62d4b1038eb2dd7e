import type { Caller } from '@ratchet/contract/dispatcher';
import { projectList } from '@ratchet/contract/operations/projects';
import type { ProjectDesk } from '@ratchet/repositories/specs/project-desk';
import type { EntityHandlers } from './handler.ts';
import { progressTo } from './progress.ts';

export interface ProjectDependencies {
  readonly desk: ProjectDesk;
  /** Lets whoever sees only what is granted to them see the project that they have made. */
  readonly grantMade: (projectId: string, caller: Caller) => Promise<void>;
}

export function projectHandlers({ desk, grantMade }: ProjectDependencies): EntityHandlers<'projects'> {
  const precondition = ({ id, expectedRevision }: { id: string; expectedRevision: number }) =>
    desk.checkRevision(id, expectedRevision);
  return {
    list: { handle: (request, { rights }) => desk.list(projectList, request, rights) },
    create: {
      async handle(input, caller) {
        const { actor, signal, progress } = caller;
        const made = await desk.create(input, { actor, signal, ...progressTo(progress) });
        if (caller.rights.grants !== null) await grantMade(made.id, caller);
        return made;
      },
    },
    get: { handle: ({ id }) => desk.get(id) },
    update: {
      precondition,
      handle: ({ id, expectedRevision, ...settings }) => desk.change(id, given(settings), expectedRevision),
    },
    delete: {
      precondition,
      handle: ({ id, force, expectedRevision }) => desk.remove(id, { force, expected: expectedRevision }),
    },
  };
}

const given = <T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never;
