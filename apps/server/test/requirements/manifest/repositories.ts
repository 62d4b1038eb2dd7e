import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { doubling, filesFolder, nobody, taskFolder, until } from '../world.ts';

export const repositoryRequirements: readonly Requirement[] = [
  {
    id: 'repositories.create.registered',
    says: 'A repository is registered with its defaults and never answers how it signs in',
    cites: ['repositories.create', 'repositories.get'],
    async run({ call, unique, ground, refused }) {
      const name = unique('registered');
      await createGitRepository(join(ground.folder, 'git', `${name}.git`)).then((git) => git.commit(taskFolder('one')));
      const made = await call('repositories.create', {
        name,
        repositoryType: 'git',
        uri: ground.git.url(`${name}.git`),
        branch: 'main',
        syncIntervalMinutes: 0,
        authConfig: { type: 'token', token: ground.gitToken },
        metadata: { someKey: { snake_case: true } },
      });
      expect(made).toMatchObject({
        name,
        syncEnabled: true,
        isDefault: false,
        isWritable: true,
        conflictPolicy: 'manual',
        pushPolicy: { branchStrategy: 'direct', conflictStrategy: 'merge', maxBatchSize: 50 },
        metadata: { someKey: { snake_case: true } },
        taskCount: 0,
        syncStatus: 'pending',
      });
      expect(made.credentialId).toEqual(expect.any(String));
      expect(JSON.stringify(made)).not.toContain(ground.gitToken);
      expect(await call('repositories.get', { id: made.id })).toEqual(made);
      expect(await call('repositories.sync', { id: made.id })).toMatchObject({ tasksAdded: 1 });
      const again = await refused('repositories.create', { name, repositoryType: 'git', uri: 'file:///x' });
      expect(again.code).toBe('ALREADY_EXISTS');
    },
  },
  {
    id: 'repositories.get.missing',
    says: 'A repository that is not there is NOT_FOUND',
    cites: ['repositories.get'],
    async run({ refused }) {
      expect(await refused('repositories.get', { id: nobody })).toMatchObject({
        code: 'NOT_FOUND',
        message: `There is no repository "${nobody}".`,
      });
    },
  },
  {
    id: 'repositories.list.conditions',
    says: 'Repositories are listed by conditions on them, and exactly one is the default',
    cites: ['repositories.list'],
    async run({ call, newRepository }) {
      const { id } = await newRepository(undefined, { priority: 7 });
      const { items } = await call('repositories.list', { filters: [{ field: 'id', op: 'eq', value: id }] });
      expect(items).toMatchObject([{ id, priority: 7, repositoryType: 'git' }]);
      const standard = await call('repositories.list', { filters: [{ field: 'isDefault', op: 'eq', value: true }] });
      expect(standard.meta.total).toBe(1);
    },
  },
  {
    id: 'repositories.update.onlyWhatIsGiven',
    says: 'An update changes the settings given and leaves the rest; a stale one is refused',
    cites: ['repositories.update'],
    async run({ call, refused, newRepository }) {
      const { id } = await newRepository(undefined, { priority: 3, ignorePatterns: ['*.tmp'] });
      const changed = await call('repositories.update', {
        id,
        priority: 4,
        conflictPolicy: 'merge',
        expectedRevision: 1,
      });
      expect(changed).toMatchObject({ priority: 4, conflictPolicy: 'merge', ignorePatterns: ['*.tmp'], revision: 2 });
      const stale = await refused('repositories.update', { id, priority: 5, expectedRevision: 1 });
      expect(stale.code).toBe('REVISION_MISMATCH');
      expect((await call('repositories.get', { id })).priority).toBe(4);
    },
  },
  {
    id: 'repositories.replace.defaults',
    says: 'A replacement sets every setting; what is not given goes back to its default',
    cites: ['repositories.replace'],
    async run({ call, newRepository, unique }) {
      const { id, git } = await newRepository(undefined, { priority: 3, pushOnChange: false, conflictPolicy: 'merge' });
      const name = unique('replaced');
      const now = await call('repositories.replace', { id, name, repositoryType: 'git', uri: `file://${git.path}` });
      expect(now).toMatchObject({
        id,
        name,
        priority: 0,
        conflictPolicy: 'manual',
        branch: null,
        syncIntervalMinutes: 5,
      });
      expect(await call('repositories.get', { id })).toMatchObject({ name, priority: 0 });
    },
  },
  {
    id: 'repositories.delete.saysOfTasks',
    says: 'A repository with tasks is removed only with a word on them; detached tasks stay',
    cites: ['repositories.delete'],
    async run({ call, refused, newRepository, tasksOf }) {
      const { id } = await newRepository(taskFolder('kept'));
      await call('repositories.sync', { id });
      const task = (await tasksOf(id)).kept;
      expect((await refused('repositories.delete', { id })).code).toBe('REPOSITORY_NOT_EMPTY');
      expect(await call('repositories.delete', { id, tasks: 'detach' })).toBeUndefined();
      expect((await refused('repositories.get', { id })).code).toBe('NOT_FOUND');
      const left = await call('tasks.get', { id: task?.id as string });
      expect(left).toMatchObject({ name: 'kept', repositoryInfo: null, sourceCode: doubling });
    },
  },
  {
    id: 'repositories.sync.pulls',
    says: 'A sync takes over what was added, changed and deleted, and says how much of each',
    cites: ['repositories.sync'],
    async run({ call, newRepository, tasksOf }) {
      const { id, git } = await newRepository({ ...taskFolder('a'), ...taskFolder('b'), ...taskFolder('c') });
      expect(await call('repositories.sync', { id })).toMatchObject({
        repositoryId: id,
        tasksAdded: 3,
        conflicts: [],
        problems: [],
        head: await git.head(),
      });
      await git.commit({ 'a/main.js': '() => 1\n', 'b/main.js': null, 'b/metadata.json': null });
      expect(await call('repositories.sync', { id })).toMatchObject({
        tasksAdded: 0,
        tasksUpdated: 1,
        tasksDeleted: 1,
      });
      const tasks = await tasksOf(id);
      expect(Object.keys(tasks).sort()).toEqual(['a', 'c']);
      expect((await call('tasks.get', { id: tasks.a?.id as string })).sourceCode).toBe('() => 1\n');
    },
  },
  {
    id: 'repositories.sync.merges',
    says: 'Changes on both sides to different places are merged, and neither is lost',
    cites: ['repositories.sync', 'repositories.push'],
    async run({ call, newRepository, tasksOf }) {
      const { id, git } = await newRepository(taskFolder('both'));
      await call('repositories.sync', { id });
      const task = (await tasksOf(id)).both;
      await call('tasks.updateSource', { id: task?.id as string, sourceCode: '() => "mine"\n' });
      await git.commit({ 'both/notes.txt': 'theirs\n' });
      expect(await call('repositories.sync', { id })).toMatchObject({ tasksMerged: 1, conflicts: [], pendingPush: 1 });
      expect(await call('repositories.push', { id })).toMatchObject([{ success: true, repositoryPath: 'both' }]);
      const files = await git.files();
      expect(files.get('both/main.js')?.bytes.toString()).toBe('() => "mine"\n');
      expect(files.get('both/notes.txt')?.bytes.toString()).toBe('theirs\n');
    },
  },
  {
    id: 'repositories.sync.guarded',
    says: 'A sync that would delete nearly everything is stopped, and let through with its plan',
    cites: ['repositories.sync', 'repositories.plan'],
    async run({ call, refused, newRepository, tasksOf }) {
      const names = Array.from({ length: 12 }, (_, n) => `t${n}`);
      const { id, git } = await newRepository(Object.assign({}, ...names.map((name) => taskFolder(name))));
      await call('repositories.sync', { id });
      await git.commit(
        Object.fromEntries(names.flatMap((name) => Object.keys(taskFolder(name)).map((path) => [path, null]))),
      );
      const error = await refused('repositories.sync', { id });
      expect(error.code).toBe('GUARD_TRIPPED');
      expect(Object.keys(await tasksOf(id))).toHaveLength(12);
      const plan = await call('repositories.plan', { id });
      expect(plan.guard).toMatchObject({ name: expect.any(String) });
      expect((error.details as { planId: string }).planId).toBe(plan.planId);
      expect(await call('repositories.sync', { id, planId: plan.planId, force: true })).toMatchObject({
        tasksDeleted: 12,
      });
    },
  },
  {
    id: 'repositories.sync.unreachable',
    says: 'A repository that cannot be reached says so and its tasks stay',
    cites: ['repositories.sync'],
    async run({ call, refused, newRepository, tasksOf, folder }) {
      const { id } = await newRepository(taskFolder('stays'));
      await call('repositories.sync', { id });
      await call('repositories.update', { id, uri: `file://${folder()}/gone.git` });
      expect((await refused('repositories.sync', { id })).code).toBe('REPOSITORY_UNREACHABLE');
      expect(Object.keys(await tasksOf(id))).toEqual(['stays']);
    },
  },
  {
    id: 'repositories.syncAll.each',
    says: 'Every enabled repository is synced; one that fails is told beside the others',
    cites: ['repositories.syncAll'],
    async run({ call, newRepository, folder }) {
      const good = await newRepository(taskFolder('swept'));
      const bad = await newRepository();
      await call('repositories.update', { id: bad.id, uri: `file://${folder()}/gone.git` });
      const { results, failures } = await call('repositories.syncAll');
      expect(results.find((result) => result.repositoryId === good.id)).toMatchObject({ tasksAdded: 1 });
      expect(failures.find((failure) => failure.repositoryId === bad.id)).toMatchObject({
        code: 'REPOSITORY_UNREACHABLE',
      });
      await call('repositories.pause', { id: bad.id });
    },
  },
  {
    id: 'repositories.plan.writesNothing',
    says: 'A plan tells what a sync and a push would do, and does none of it',
    cites: ['repositories.plan'],
    async run({ call, newRepository, newTask, tasksOf }) {
      const { id, git } = await newRepository(taskFolder('coming'));
      await newTask({ repositoryId: id, repositoryPath: 'going' });
      const head = await git.head();
      const plan = await call('repositories.plan', { id });
      expect(plan).toMatchObject({ repositoryId: id, head, guard: null });
      expect(plan.actions.map(({ path, action, change }) => [path, action, change]).sort()).toEqual([
        ['coming', 'pull', 'added'],
        ['going', 'push', 'added'],
      ]);
      expect(Object.keys(await tasksOf(id))).toEqual(['going']);
      expect(await git.head()).toBe(head);
    },
  },
  {
    id: 'repositories.planDiff.textsOfBothSides',
    says: 'A document of a plan is told file by file, with both sides and what would become of it; of a plan that holds no more, nothing',
    cites: ['repositories.planDiff'],
    async run({ call, refused, newRepository }) {
      const { id, git } = await newRepository(taskFolder('coming'));
      const { planId } = await call('repositories.plan', { id });
      const coming = await call('repositories.planDiff', { id, planId, path: 'coming' });
      expect(coming).toMatchObject({ planId, path: 'coming', action: 'pull', change: 'added' });
      const code = coming.files.find(({ path }) => path === 'main.js');
      expect(code).toMatchObject({ content: 'text', in: ['remote', 'result'], base: null, local: null });
      expect(code?.result).toBe(code?.remote);
      expect((await refused('repositories.planDiff', { id, planId, path: 'nowhere' })).code).toBe('NOT_FOUND');

      await call('repositories.sync', { id });
      const before = code?.remote ?? '';
      await git.commit({ 'coming/main.js': `${before}// later\n` });
      expect((await refused('repositories.planDiff', { id, planId, path: 'coming' })).code).toBe('PLAN_STALE');
      const next = await call('repositories.plan', { id });
      const { files } = await call('repositories.planDiff', { id, planId: next.planId, path: 'coming' });
      expect(files).toEqual([
        {
          path: 'main.js',
          content: 'text',
          in: ['base', 'local', 'remote', 'result'],
          base: before,
          local: before,
          remote: `${before}// later\n`,
          result: `${before}// later\n`,
        },
      ]);
    },
  },
  {
    id: 'repositories.push.everyChange',
    says: 'A push sends every changed task; a remote that refuses it is told, and the change waits',
    cites: ['repositories.push'],
    async run({ call, newRepository, newTask }) {
      const { id, git } = await newRepository();
      for (const path of ['one', 'two']) await newTask({ repositoryId: id, repositoryPath: path });
      const results = await call('repositories.push', { id, message: 'Both of them' });
      expect(results.map(({ repositoryPath, success }) => [repositoryPath, success]).sort()).toEqual([
        ['one', true],
        ['two', true],
      ]);
      expect((await git.log())[0]?.message).toContain('Both of them');
      await git.installHook('pre-receive', 'echo "not today" >&2; exit 1');
      const { id: taskId } = await newTask({ repositoryId: id, repositoryPath: 'three' });
      const [refusal] = await call('repositories.push', { id });
      expect(refusal).toMatchObject({ taskId, success: false, error: { code: 'PUSH_REJECTED' } });
      expect(await call('tasks.get', { id: taskId })).toMatchObject({ needsPush: true });
    },
  },
  {
    id: 'repositories.push.readOnly',
    says: 'A repository that is not writable takes no push',
    cites: ['repositories.push'],
    async run({ refused, newRepository }) {
      const { id } = await newRepository(undefined, { isWritable: false });
      expect((await refused('repositories.push', { id })).code).toBe('REPOSITORY_READ_ONLY');
    },
  },
  {
    id: 'repositories.test.connection',
    says: 'A connection is tried and told in parts, good or not',
    cites: ['repositories.test'],
    async run({ call, newRepository, folder }) {
      const { id, git } = await newRepository(taskFolder('seen'));
      expect(await call('repositories.test', { id })).toMatchObject({
        success: true,
        details: { reachable: true, readable: true, writable: true, branch: 'main', head: await git.head() },
      });
      await call('repositories.update', { id, uri: `file://${folder()}/gone.git` });
      expect(await call('repositories.test', { id })).toMatchObject({ success: false, details: { readable: false } });
    },
  },
  {
    id: 'repositories.pause.untilResumed',
    says: 'A paused repository says so until it is resumed',
    cites: ['repositories.pause', 'repositories.resume', 'repositories.health'],
    async run({ call, newRepository }) {
      const { id } = await newRepository();
      expect((await call('repositories.pause', { id })).syncEnabled).toBe(false);
      expect((await call('repositories.health', { id })).status).toBe('paused');
      expect((await call('repositories.resume', { id })).syncEnabled).toBe(true);
      expect((await call('repositories.health', { id })).status).not.toBe('paused');
    },
  },
  {
    id: 'repositories.setDefault.takesNewTasks',
    says: 'New tasks go to the default repository, of which there is one',
    cites: ['repositories.setDefault'],
    async run({ call, newRepository, newTask }) {
      const filters = [{ field: 'isDefault', op: 'eq' as const, value: true }];
      const before = (await call('repositories.list', { filters })).items[0];
      const { id } = await newRepository();
      try {
        expect((await call('repositories.setDefault', { id })).isDefault).toBe(true);
        expect((await call('repositories.list', { filters })).items.map((one) => one.id)).toEqual([id]);
        expect((await newTask()).repositoryInfo?.repositoryId).toBe(id);
      } finally {
        await call('repositories.setDefault', { id: before?.id as string });
      }
    },
  },
  {
    id: 'repositories.health.afterRuns',
    says: 'Health, analytics and the list of runs follow what the runs did',
    cites: ['repositories.health', 'repositories.analytics', 'repositories.runs'],
    async run({ call, refused, newRepository, folder }) {
      const { id } = await newRepository(taskFolder('counted'));
      const { runId } = await call('repositories.sync', { id });
      await call('repositories.update', { id, uri: `file://${folder()}/gone.git` });
      await refused('repositories.sync', { id });
      expect(await call('repositories.health', { id })).toMatchObject({
        repositoryId: id,
        consecutiveFailures: 1,
        successRate: 0.5,
        openConflicts: 0,
      });
      const { items, meta } = await call('repositories.runs', { id });
      expect(items.map((run) => run.status)).toEqual(['error', 'success']);
      expect(items[1]).toMatchObject({ id: runId, direction: 'pull', trigger: 'manual', tasksAdded: 1 });
      expect(meta.total).toBe(2);
      const failed = [{ field: 'status', op: 'eq' as const, value: 'error' }];
      expect((await call('repositories.runs', { id, filters: failed })).items).toHaveLength(1);
      const analytics = await call('repositories.analytics', { id, days: 7 });
      expect(analytics).toMatchObject({
        repositoryId: id,
        days: 7,
        totals: { pulls: 2, failures: 1, tasksChanged: 1 },
      });
      expect(analytics.triggers).toEqual({ manual: 2 });
    },
  },
  {
    id: 'repositories.undoRun.takesBack',
    says: 'What a sync changed is taken back here, and the repository stays as it is',
    cites: ['repositories.undoRun'],
    async run({ call, newRepository, tasksOf }) {
      const { id, git } = await newRepository(taskFolder('undone'));
      await call('repositories.sync', { id });
      await git.commit({ 'undone/main.js': '() => "wrong"\n' });
      const { runId } = await call('repositories.sync', { id });
      const { undone, skipped } = await call('repositories.undoRun', { id, runId });
      expect(undone).toMatchObject([{ name: 'undone', change: 'rolled back' }]);
      expect(skipped).toEqual([]);
      const task = (await tasksOf(id)).undone;
      expect((await call('tasks.get', { id: task?.id as string })).sourceCode).toBe(doubling);
      expect((await git.files()).get('undone/main.js')?.bytes.toString()).toBe('() => "wrong"\n');
    },
  },
  {
    id: 'repositories.folder.bothWays',
    says: 'A folder is pulled and pushed like any other repository',
    cites: ['repositories.create', 'repositories.sync', 'tasks.push'],
    async run(world) {
      const { call, unique, tasksOf, newTask } = world;
      const folder = filesFolder(world);
      mkdirSync(join(folder, 'plain'));
      for (const [path, content] of Object.entries(taskFolder('plain'))) writeFileSync(join(folder, path), content);
      const { id } = await call('repositories.create', {
        name: unique('folder'),
        repositoryType: 'filesystem',
        uri: folder,
        syncIntervalMinutes: 0,
      });
      expect(await call('repositories.sync', { id })).toMatchObject({ tasksAdded: 1, problems: [] });
      expect(Object.keys(await tasksOf(id))).toEqual(['plain']);
      const made = await newTask({ repositoryId: id, repositoryPath: 'written' });
      expect(await call('tasks.push', { id: made.id })).toMatchObject({ success: true });
      const head = await until(
        () => call('repositories.plan', { id }),
        (plan) => plan.actions.every((action) => action.action === 'none'),
      );
      expect(head.problems).toEqual([]);
    },
  },
  {
    id: 'repositories.watch.syncs',
    says: 'Whoever watches hears of a repository’s syncs and pushes as they happen',
    cites: ['repositories.watch'],
    async run({ call, follow, newRepository }) {
      const { id } = await newRepository(taskFolder('heard'));
      const other = await newRepository();
      const events = follow('repositories.watch', { repositoryId: id });
      const done = await events.first(
        (event) => event.type === 'sync_completed',
        async () => {
          await call('repositories.sync', { id: other.id });
          await call('repositories.sync', { id });
        },
      );
      expect(done).toMatchObject({ repositoryId: id, runId: expect.any(String) });
      expect(events.seen.filter((event) => event.repositoryId !== id)).toEqual([]);
    },
  },
];
