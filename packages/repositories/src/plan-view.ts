import type { SyncPlan, SyncProblem } from '@ratchet/contract/entities/sync';
import type { Plan } from '@ratchet/sync/plan';
import { sameEntry, sameTree, type Tree } from '@ratchet/sync-core/tree';

type Action = SyncPlan['actions'][number];

/** A plan as it is shown: every document that would change, and how. */
export function planView(plan: Plan<unknown>, repositoryId: string): SyncPlan {
  const { settlement, candidates } = plan;
  const actions: Action[] = [];
  const add = (path: string, action: Action['action'], from: Tree | null, to: Tree | null) =>
    actions.push({
      path,
      action,
      change: from && to ? 'modified' : to ? 'added' : from ? 'deleted' : 'none',
      taskId: candidates.get(path)?.index?.local?.id ?? null,
      files: differing(from, to),
    });
  for (const { path, tree } of settlement.localChanges) add(path, 'pull', candidates.get(path)?.local ?? null, tree);
  for (const { path, tree } of settlement.remoteChanges) add(path, 'push', treeOf(candidates.get(path)?.remote), tree);
  for (const { path, remote, result } of settlement.merged) {
    const local = candidates.get(path)?.local ?? null;
    add(path, 'merge', local && result && sameTree(local, result) ? remote : local, result);
  }
  for (const { path, local, remote } of settlement.conflicts) add(path, 'conflict', local, remote);
  for (const { to } of plan.moves)
    actions.push({
      path: to,
      action: 'move',
      change: 'moved',
      taskId: candidates.get(to)?.index?.local?.id ?? null,
      files: [],
    });
  for (const path of plan.detached)
    actions.push({
      path,
      action: 'detach',
      change: 'none',
      taskId: candidates.get(path)?.index?.local?.id ?? null,
      files: [],
    });
  const guard = plan.localGuard ?? plan.remoteGuard;
  return {
    planId: plan.id,
    repositoryId,
    head: plan.look.head,
    actions: actions.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    guard: guard ? { name: guard.name, message: guard.message } : null,
    problems: plan.problems as SyncProblem[],
  };
}

const treeOf = (side: unknown): Tree | null => (side instanceof Map ? (side as Tree) : null);

function differing(from: Tree | null, to: Tree | null): string[] {
  const names = new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])]);
  return [...names].filter((name) => !sameEntry(from?.get(name), to?.get(name))).sort();
}
