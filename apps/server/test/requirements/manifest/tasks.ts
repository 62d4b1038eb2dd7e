import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { doubling, nobody, numberInput } from '../world.ts';

const named = (name: string) => [{ field: 'name', op: 'eq' as const, value: name }];

export const taskRequirements: readonly Requirement[] = [
  {
    id: 'tasks.create.answersWhole',
    says: 'A task that is made is answered whole and can be read under its id and its uuid',
    cites: ['tasks.create', 'tasks.get'],
    async run({ call, unique }) {
      const name = unique('whole');
      const made = await call('tasks.create', {
        name,
        description: 'Doubles a number',
        version: '2.1.0',
        sourceCode: doubling,
        inputSchema: numberInput,
        outputSchema: { type: 'object' },
        metadata: { owner_team: 'platform', nested: { keepThis: [1, null, 'x'] } },
      });
      expect(made).toMatchObject({
        name,
        description: 'Doubles a number',
        version: '2.1.0',
        sourceType: 'javascript',
        storageType: 'folder',
        sourceCode: doubling,
        inputSchema: numberInput,
        metadata: { owner_team: 'platform', nested: { keepThis: [1, null, 'x'] } },
        revision: 1,
        enabled: true,
        needsPush: true,
        problems: [],
        availableVersions: ['2.1.0'],
      });
      expect(made.files.map((file) => file.path)).toEqual(expect.arrayContaining(['metadata.json', 'main.js']));
      expect(await call('tasks.get', { id: made.id })).toEqual(made);
      expect((await call('tasks.get', { id: made.uuid })).id).toBe(made.id);
    },
  },
  {
    id: 'tasks.create.sameName',
    says: 'A second task of the same name and version in a repository is refused and the first one stays',
    cites: ['tasks.create'],
    async run({ call, refused, newTask }) {
      const first = await newTask();
      const error = await refused('tasks.create', { name: first.name, sourceCode: '() => 2\n' });
      expect(error.code).toBe('ALREADY_EXISTS');
      expect((await call('tasks.get', { id: first.id })).sourceCode).toBe(first.sourceCode);
    },
  },
  {
    id: 'tasks.create.namesEveryMistake',
    says: 'A task with several mistakes is refused with each of them by its path',
    cites: ['tasks.create'],
    async run({ refused }) {
      const error = await refused('tasks.create', { name: '', sourceType: 'cobol' });
      expect(error.code).toBe('VALIDATION_FAILED');
      const paths = (error.details as { path: string }[]).map(({ path }) => path).sort();
      expect(paths).toEqual(['name', 'sourceCode', 'sourceType']);
    },
  },
  {
    id: 'tasks.create.namedRepository',
    says: 'A task goes to the repository and folder that it names',
    cites: ['tasks.create'],
    async run({ newRepository, newTask, tasksOf, refused, unique }) {
      const { id } = await newRepository();
      const made = await newTask({ repositoryId: id, repositoryPath: 'deep/below' });
      expect(made.repositoryInfo).toMatchObject({ repositoryId: id, repositoryPath: 'deep/below', canPush: true });
      expect(Object.keys(await tasksOf(id))).toEqual(['deep/below']);
      const lost = await refused('tasks.create', { name: unique('x'), sourceCode: '() => 1\n', repositoryId: nobody });
      expect(lost.code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'tasks.get.missing',
    says: 'A task that is not there is NOT_FOUND with its id',
    cites: ['tasks.get'],
    async run({ refused }) {
      const error = await refused('tasks.get', { id: nobody });
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        message: `There is no task "${nobody}".`,
        details: { id: nobody },
      });
    },
  },
  {
    id: 'tasks.list.filters',
    says: 'A list shows the tasks that fit every condition, in the order asked for, a page at a time',
    cites: ['tasks.list'],
    async run({ call, newTask, unique }) {
      const word = unique('listed');
      const made = [];
      for (const n of [1, 2, 3]) made.push(await newTask({ name: `${word}-${n}`, version: `${n}.0.0` }));
      const filters = [{ field: 'name', op: 'like' as const, value: `${word}-` }];
      const sort = [{ field: 'version', order: 'desc' as const }];
      const first = await call('tasks.list', { filters, sort, limit: 2 });
      expect(first.items.map((task) => task.version)).toEqual(['3.0.0', '2.0.0']);
      expect(first.meta).toMatchObject({
        page: 1,
        limit: 2,
        total: 3,
        totalPages: 2,
        hasNext: true,
        hasPrevious: false,
      });
      const second = await call('tasks.list', { filters, sort, limit: 2, cursor: first.meta.nextCursor as string });
      expect(second.items.map((task) => task.id)).toEqual([made[0]?.id]);
      const one = await call('tasks.list', { filters: [...filters, { field: 'version', op: 'eq', value: '2.0.0' }] });
      expect(one.items.map((task) => task.id)).toEqual([made[1]?.id]);
      expect((await call('tasks.list', { q: `${word}-3` })).items.map((task) => task.id)).toEqual([made[2]?.id]);
    },
  },
  {
    id: 'tasks.list.deleted',
    says: 'Deleted tasks are listed only when they are asked for',
    cites: ['tasks.list', 'tasks.delete'],
    async run({ call, newTask }) {
      const { id, name } = await newTask();
      await call('tasks.delete', { id });
      expect((await call('tasks.list', { filters: named(name) })).items).toEqual([]);
      const all = await call('tasks.list', { filters: named(name), includeDeleted: true });
      expect(all.items.map((task) => task.id)).toEqual([id]);
    },
  },
  {
    id: 'tasks.stats.counts',
    says: 'The counts over all tasks follow what is made and disabled',
    cites: ['tasks.stats'],
    async run({ call, newTask }) {
      const before = await call('tasks.stats');
      const { id } = await newTask();
      await newTask();
      await call('tasks.disable', { id });
      const after = await call('tasks.stats');
      expect(after.total - before.total).toBe(2);
      expect(after.enabled - before.enabled).toBe(1);
      expect(after.disabled - before.disabled).toBe(1);
      expect(after.byRepository.reduce((sum, one) => sum + one.count, 0)).toBe(after.total);
    },
  },
  {
    id: 'tasks.modified.untilPushed',
    says: 'A task stands among the modified ones until it was pushed',
    cites: ['tasks.modified'],
    async run({ call, newRepository, newTask }) {
      const { id: repositoryId } = await newRepository();
      const { id, name } = await newTask({ repositoryId });
      const { items, meta } = await call('tasks.modified', { repositoryId });
      expect(items).toMatchObject([{ taskId: id, name, repositoryId, change: 'added', revision: 1 }]);
      expect(meta.total).toBe(1);
      await call('tasks.push', { id });
      expect((await call('tasks.modified', { repositoryId })).items).toEqual([]);
    },
  },
  {
    id: 'tasks.update.onlyWhatIsGiven',
    says: 'An update changes the members given, one revision further, and leaves the rest',
    cites: ['tasks.update'],
    async run({ call, newTask, unique }) {
      const task = await newTask({ description: 'as it was', metadata: { kept: true, gone: 1 } });
      const name = unique('renamed');
      const changed = await call('tasks.update', {
        id: task.id,
        name,
        label: 'Shown',
        tags: ['a', 'b'],
        metadata: { gone: null, added: { is_new: true } },
      });
      expect(changed).toMatchObject({
        id: task.id,
        name,
        label: 'Shown',
        tags: ['a', 'b'],
        description: 'as it was',
        sourceCode: task.sourceCode,
        revision: 2,
        metadata: { kept: true, added: { is_new: true } },
      });
      expect(changed.metadata).not.toHaveProperty('gone');
      expect(await call('tasks.get', { id: task.id })).toEqual(changed);
    },
  },
  {
    id: 'tasks.update.stale',
    says: 'An update against another revision is refused before the rest is judged, and changes nothing',
    cites: ['tasks.update'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      await call('tasks.update', { id, description: 'second' });
      const error = await refused('tasks.update', { id, expectedRevision: 1, description: 5 });
      expect(error.code).toBe('REVISION_MISMATCH');
      expect(await call('tasks.get', { id })).toMatchObject({ revision: 2, description: 'second' });
    },
  },
  {
    id: 'tasks.replace.whole',
    says: 'A replacement sets code, schemas and metadata together',
    cites: ['tasks.replace'],
    async run({ call, refused, newTask, unique }) {
      const { id } = await newTask({ description: 'old', metadata: { old_one: 1 } });
      const name = unique('replaced');
      const now = await call('tasks.replace', {
        id,
        name,
        version: '3.0.0',
        sourceCode: '() => 3\n',
        inputSchema: { type: 'object' },
        outputSchema: { type: 'number' },
        metadata: { newOne: 2 },
        expectedRevision: 1,
      });
      expect(now).toMatchObject({ name, version: '3.0.0', sourceCode: '() => 3\n', outputSchema: { type: 'number' } });
      expect(now.metadata).toMatchObject({ newOne: 2 });
      expect((await refused('tasks.replace', { id, name, sourceCode: '() => 4\n', expectedRevision: 1 })).code).toBe(
        'REVISION_MISMATCH',
      );
      expect((await call('tasks.get', { id })).sourceCode).toBe('() => 3\n');
    },
  },
  {
    id: 'tasks.delete.restorable',
    says: 'A deleted task is gone and comes back whole, with its id and history',
    cites: ['tasks.delete', 'tasks.restore'],
    async run({ call, refused, newTask }) {
      const task = await newTask();
      expect((await refused('tasks.delete', { id: task.id, expectedRevision: 7 })).code).toBe('REVISION_MISMATCH');
      expect(await call('tasks.delete', { id: task.id, expectedRevision: 1 })).toBeUndefined();
      expect((await refused('tasks.get', { id: task.id })).code).toBe('NOT_FOUND');
      const back = await call('tasks.restore', { id: task.id });
      expect(back).toMatchObject({ id: task.id, name: task.name, sourceCode: task.sourceCode });
      expect((await refused('tasks.restore', { id: task.id })).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'tasks.source.changed',
    says: 'The code can be read and changed alone, with its schemas and version where given',
    cites: ['tasks.getSource', 'tasks.updateSource'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      expect(await call('tasks.getSource', { id })).toMatchObject({
        taskId: id,
        sourceCode: doubling,
        sourceType: 'javascript',
        entry: 'main.js',
        inputSchema: numberInput,
        version: '1.0.0',
        revision: 1,
      });
      const code = '(input) => ({ tripled: input.n * 3, text: "ünïcode \u{1F600} \\u2028" })\n';
      const changed = await call('tasks.updateSource', {
        id,
        sourceCode: code,
        version: '1.1.0',
        changeDescription: 'Triple',
        expectedRevision: 1,
      });
      expect(changed).toMatchObject({ sourceCode: code, version: '1.1.0', revision: 2 });
      expect(await call('tasks.getSource', { id })).toMatchObject({ sourceCode: code, inputSchema: numberInput });
      const stale = await refused('tasks.updateSource', { id, sourceCode: '() => 1\n', expectedRevision: 1 });
      expect(stale.code).toBe('REVISION_MISMATCH');
    },
  },
  {
    id: 'tasks.disable.keepsFromRunning',
    says: 'A disabled task does not run until it is enabled',
    cites: ['tasks.disable', 'tasks.enable'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      expect((await call('tasks.disable', { id })).enabled).toBe(false);
      expect((await refused('tasks.run', { id, input: { n: 1 }, wait: true })).code).toBe('TASK_DISABLED');
      expect((await call('tasks.enable', { id })).enabled).toBe(true);
      expect(await call('tasks.run', { id, input: { n: 1 }, wait: true })).toMatchObject({ output: { doubled: 2 } });
    },
  },
  {
    id: 'tasks.validate.saysWhatIsWrong',
    says: 'A task is checked: one that works is valid, one that does not compile is told where',
    cites: ['tasks.validate'],
    async run({ call, newTask }) {
      const good = await newTask();
      expect(await call('tasks.validate', { id: good.id })).toEqual({ valid: true, problems: [] });
      const bad = await newTask({ sourceCode: '() => {\n  return ((;\n}\n' });
      const { valid, problems } = await call('tasks.validate', { id: bad.id });
      expect(valid).toBe(false);
      expect(problems).toEqual(expect.arrayContaining([expect.objectContaining({ path: 'main.js', line: 2 })]));
    },
  },
  {
    id: 'tasks.validate.beforeItIsSaved',
    says: 'Edits are checked before they are saved, by the rules of what is saved, and nothing of them is kept',
    cites: ['tasks.validate'],
    async run({ call, refused, newTask }) {
      const { id, revision, metadata } = await newTask();
      const problemsOf = async (edits: object) => {
        const { valid, problems } = await call('tasks.validate', { id, ...edits });
        expect(valid).toBe(!problems.some(({ severity }) => severity === 'error'));
        return problems;
      };
      const broken = '() => {\n  return ((;\n}\n';
      const at = expect.objectContaining({ path: 'main.js', line: 2, severity: 'error' });
      expect(await problemsOf({ files: { 'main.js': broken } })).toContainEqual(at);
      expect(await problemsOf({ sourceCode: broken })).toContainEqual(at);
      expect(
        await problemsOf({ files: { 'main.js': "import { x } from './lib.js';\nexport default () => x;\n" } }),
      ).toEqual(expect.arrayContaining([expect.objectContaining({ severity: 'error' })]));
      const both = {
        'main.js': "import { x } from './lib.js';\nexport default () => x;\n",
        'lib.js': 'export const x = 1;\n',
      };
      expect((await call('tasks.validate', { id, files: both })).valid).toBe(true);
      expect(await problemsOf({ inputSchema: { type: 'nothing' } })).toContainEqual(
        expect.objectContaining({ path: 'input.schema.json' }),
      );
      expect(await problemsOf({ files: { 'metadata.json': '{' } })).toContainEqual(
        expect.objectContaining({ path: 'metadata.json' }),
      );
      for (const edits of [
        { files: { 'metadata.json': null } },
        { files: { '../outside.js': '' } },
        { files: { 'main.js/inner.js': '' } },
        { metadata: { version: 'newest' } },
      ])
        expect((await problemsOf(edits)).length).toBeGreaterThan(0);
      const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`f${n}.txt`, '']));
      expect((await refused('tasks.validate', { id, files: many })).code).toBe('VALIDATION_FAILED');
      expect(await call('tasks.get', { id })).toMatchObject({ revision, metadata });
      expect(await call('tasks.validate', { id })).toEqual({ valid: true, problems: [] });
    },
  },
  {
    id: 'tasks.test.report',
    says: 'The tests of a task are run and each is told with what it expected and got',
    cites: ['tasks.test'],
    async run({ call, newTask }) {
      const { id } = await newTask();
      const test = (input: object, output: object) => JSON.stringify({ input, expected: output });
      await call('tasks.putFile', { id, path: 'tests/right.json', content: test({ n: 2 }, { doubled: 4 }) });
      await call('tasks.putFile', { id, path: 'tests/wrong.json', content: test({ n: 2 }, { doubled: 5 }) });
      const report = await call('tasks.test', { id });
      expect(report).toMatchObject({ passed: 1, failed: 1 });
      const wrong = report.results.find((result) => result.status === 'failed');
      expect(wrong).toMatchObject({ path: 'tests/wrong.json', actual: { doubled: 4 } });
      expect(await call('tasks.test', { id, test: 'right' })).toMatchObject({ passed: 1, failed: 0 });
    },
  },
  {
    id: 'tasks.run.waits',
    says: 'A run that is waited for answers the ended execution, which can be read again',
    cites: ['tasks.run'],
    async run({ call, newTask }) {
      const { id, name } = await newTask();
      const run = await call('tasks.run', { id, input: { n: 21 }, wait: true });
      expect(run).toMatchObject({
        taskId: id,
        taskName: name,
        status: 'completed',
        input: { n: 21 },
        output: { doubled: 42 },
        error: null,
        attempt: 1,
      });
      expect(await call('executions.get', { id: run.id })).toMatchObject({ output: { doubled: 42 }, taskRevision: 1 });
    },
  },
  {
    id: 'tasks.run.failureIsAnAnswer',
    says: 'A task that throws is an answer with the class, message and line of its error',
    cites: ['tasks.run'],
    async run({ call, newTask }) {
      const { id } = await newTask({ sourceCode: '() => {\n  throw new RangeError("too far");\n}\n' });
      const run = await call('tasks.run', { id, input: { n: 1 }, wait: true });
      expect(run).toMatchObject({ status: 'failed', output: null });
      expect(run.error).toMatchObject({ class: 'RangeError', message: 'too far', line: 2 });
    },
  },
  {
    id: 'tasks.run.inputJudged',
    says: 'An input that does not fit the task’s schema is refused with its path and nothing runs',
    cites: ['tasks.run'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const error = await refused('tasks.run', { id, input: { n: 'two' }, wait: true });
      expect(error.code).toBe('VALIDATION_FAILED');
      expect(JSON.stringify(error.details)).toContain('n');
      const runs = await call('executions.list', { filters: [{ field: 'taskId', op: 'eq', value: id }] });
      expect(runs.items).toEqual([]);
    },
  },
  {
    id: 'tasks.run.idempotent',
    says: 'The same key answers the same execution; with another input it is refused',
    cites: ['tasks.run'],
    async run({ call, refused, newTask, unique }) {
      const { id } = await newTask();
      const idempotencyKey = unique('key');
      const first = await call('tasks.run', { id, input: { n: 1 }, wait: true, idempotencyKey });
      const second = await call('tasks.run', { id, input: { n: 1 }, wait: true, idempotencyKey });
      expect(second.id).toBe(first.id);
      const other = await refused('tasks.run', { id, input: { n: 2 }, wait: true, idempotencyKey });
      expect(other.code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'tasks.run.timeLimit',
    says: 'A run ends at its time limit and says so',
    cites: ['tasks.run'],
    async run({ call, newTask }) {
      const { id } = await newTask({ sourceCode: '() => { for (;;); }\n' });
      const run = await call('tasks.run', { id, input: { n: 1 }, wait: true, timeoutMs: 200 });
      expect(run.status).toBe('timed_out');
      expect(run.error).toMatchObject({ class: 'TimeoutError' });
    },
  },
  {
    id: 'tasks.debug.stops',
    says: 'A debugged run shows every stop with its variables and what was asked to be watched',
    cites: ['tasks.debug'],
    async run({ call, newTask }) {
      const { id } = await newTask({
        sourceCode: 'function main(input) {\n  const twice = input.n * 2;\n  return { twice };\n}\n',
      });
      const trace = await call('tasks.debug', {
        id,
        input: { n: 4 },
        breakpoints: [{ line: 3 }],
        watch: ['twice + 1'],
      });
      expect(trace).toMatchObject({ taskId: id, status: 'completed', output: { twice: 8 }, truncated: false });
      expect(trace.pauses).toMatchObject([
        { reason: 'breakpoint', line: 3, watches: [{ expression: 'twice + 1', value: '9' }] },
      ]);
    },
  },
  {
    id: 'tasks.debugSession.waits',
    says: 'A debugged run waits for a debugger under an address until it is ended',
    cites: ['tasks.startDebugSession', 'tasks.endDebugSession'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const session = await call('tasks.startDebugSession', { id, input: { n: 1 } });
      expect(session).toMatchObject({ taskId: id, state: 'waiting' });
      expect(session.webSocketDebuggerUrl).toMatch(/^ws/);
      await call('tasks.endDebugSession', { sessionId: session.id });
      expect((await refused('tasks.endDebugSession', { sessionId: session.id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'tasks.push.toGit',
    says: 'A pushed task stands in its repository as a commit with the message given, and needs no push',
    cites: ['tasks.push'],
    async run({ call, newRepository, newTask }) {
      const { id: repositoryId, git } = await newRepository();
      const { id } = await newTask({ repositoryId, repositoryPath: 'sent' });
      const pushed = await call('tasks.push', { id, message: 'Send it' });
      expect(pushed).toMatchObject({ taskId: id, repositoryId, repositoryPath: 'sent', success: true, error: null });
      expect(pushed.commitHash).toBe(await git.head());
      expect((await git.files()).get('sent/main.js')?.bytes.toString()).toBe(doubling);
      expect((await git.log())[0]?.message).toContain('Send it');
      expect(await call('tasks.get', { id })).toMatchObject({ needsPush: false, syncStatus: 'synced' });
    },
  },
  {
    id: 'tasks.assignRepository.moves',
    says: 'A task that is assigned to another repository is written there and removed where it was',
    cites: ['tasks.assignRepository'],
    async run({ call, newRepository, newTask }) {
      const [from, to] = [await newRepository(), await newRepository()];
      const { id } = await newTask({ repositoryId: from.id, repositoryPath: 'moving' });
      await newTask({ repositoryId: from.id, repositoryPath: 'staying' });
      await call('repositories.push', { id: from.id });
      const moved = await call('tasks.assignRepository', { id, repositoryId: to.id, repositoryPath: 'there' });
      expect(moved).toMatchObject({
        id,
        needsPush: true,
        repositoryInfo: { repositoryId: to.id, repositoryPath: 'there' },
      });
      await call('repositories.push', { id: to.id });
      await call('repositories.push', { id: from.id });
      expect([...(await to.git.files()).keys()]).toContain('there/main.js');
      expect([...(await from.git.files()).keys()]).not.toContain('moving/main.js');
    },
  },
];
