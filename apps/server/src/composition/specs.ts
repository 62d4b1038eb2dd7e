import { declareProjects } from '@ratchet/repositories/specs/declare-projects';
import { projectCycles } from '@ratchet/repositories/specs/project-cycle';
import { projectDesk } from '@ratchet/repositories/specs/project-desk';
import { specEdit } from '@ratchet/repositories/specs/spec-edit';
import { specEditor } from '@ratchet/repositories/specs/spec-editor';
import { specFeed } from '@ratchet/repositories/specs/spec-feed';
import { specReader } from '@ratchet/repositories/specs/spec-reader';
import { specResolver } from '@ratchet/repositories/specs/spec-resolver';
import { specSyncs } from '@ratchet/repositories/specs/spec-sync';
import type { SpecsContext } from '@ratchet/repositories/specs/specs-context';
import { triggers } from '@ratchet/repositories/triggers';
import { watchers } from '@ratchet/repositories/watchers';
import { createOpenSpecKind } from '@ratchet/sync/kinds/openspec/openspec-kind';
import { every } from '../every.ts';
import { checkPlace } from '../open-remote.ts';
import type { Ground } from './ground.ts';
import { type ComposedRepositories, system } from './repositories.ts';

export type ComposedSpecs = ReturnType<typeof composeSpecs>;

const dueEveryMs = 2000;

/** Projects of OpenSpec, their changes, and what keeps both sides in step. */
export function composeSpecs({ settings, places, closing }: Ground, repositories: ComposedRepositories) {
  const context: SpecsContext = { ...repositories.context, specKind: createOpenSpecKind() };
  const cycles = projectCycles(context);
  const syncs = specSyncs(context, cycles);
  const edits = specEdit(context, cycles);
  const desk = projectDesk(context, {
    cycles,
    syncs,
    checkPlace: checkPlace(places),
    sweepSeconds: settings.openspec.sweepSeconds,
  });
  const triggered = triggers(context, syncs, system, 'openspec_change');
  const changes = specFeed(context);
  closing.push(() => triggered.close());
  closing.push(() => changes.close());
  const isWatching = settings.registry.watch && settings.server.role !== 'worker';

  return {
    desk,
    syncs,
    editor: specEditor(context, cycles, edits),
    resolver: specResolver(context, cycles),
    reader: specReader(context, () => isWatching),
    changes,

    /** Watches and sweeps, until the server closes. */
    async start(): Promise<void> {
      const { projectsDir } = settings.openspec;
      if (projectsDir !== null) await declareProjects(context, desk, projectsDir);
      closing.push(every(dueEveryMs, () => triggered.tick(), context.log));
      if (!isWatching) return;
      const hint = (id: string, at?: readonly string[]) => triggered.hint(id, 'file_watcher', at);
      const watching = watchers(context, hint, 'openspec_change');
      await watching.refresh();
      closing.push(() => watching.close());
      closing.push(every(dueEveryMs, () => watching.refresh(), context.log));
    },
  };
}
