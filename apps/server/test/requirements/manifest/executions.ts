import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, until, type World } from '../world.ts';

const endless = '(input, context) => { context.log.info("begun"); for (;;); }\n';
const chatty =
  '(input, context) => {\n  console.log("one");\n  console.warn("two");\n  context.log.error("three");\n  return 3;\n}\n';
const anyInput = { inputSchema: true, outputSchema: true };

const ran = async (
  { call, newTask }: World,
  sourceCode: string,
  more: { record?: boolean; profile?: boolean } = {},
) => {
  const task = await newTask({ sourceCode, ...anyInput });
  return { task, execution: await call('tasks.run', { id: task.id, wait: true, ...more }) };
};
const running = async ({ call, newTask }: World) => {
  const { id } = await newTask({ sourceCode: endless, ...anyInput });
  const execution = await call('executions.create', { taskId: id });
  await until(
    () => call('executions.get', { id: execution.id }),
    ({ status }) => status === 'running',
  );
  return execution;
};

export const executionRequirements: readonly Requirement[] = [
  {
    id: 'executions.create.queues',
    says: 'An execution is made for a task, at once or waited for',
    cites: ['executions.create', 'executions.get'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const queued = await call('executions.create', { taskId: id, input: { n: 5 } });
      const ended = await until(
        () => call('executions.get', { id: queued.id }),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect(ended).toMatchObject({ id: queued.id, taskId: id, status: 'completed', output: { doubled: 10 } });
      const waited = await call('executions.create', { taskId: id, input: { n: 6 }, wait: true });
      expect(waited).toMatchObject({ status: 'completed', output: { doubled: 12 } });
      expect((await refused('executions.create', { taskId: nobody })).code).toBe('NOT_FOUND');
      expect((await refused('executions.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'executions.list.ofTask',
    says: 'Executions are listed the newest first, by what they are of and how they ended',
    cites: ['executions.list'],
    async run({ call, newTask }) {
      const { id } = await newTask({
        sourceCode: '(input) => { if (input.fail) throw new Error("x"); }\n',
        ...anyInput,
      });
      const good = await call('tasks.run', { id, input: {}, wait: true });
      const bad = await call('tasks.run', { id, input: { fail: true }, wait: true });
      const ofTask = [{ field: 'taskId', op: 'eq' as const, value: id }];
      expect((await call('executions.list', { filters: ofTask })).items.map((one) => one.id)).toEqual([
        bad.id,
        good.id,
      ]);
      const failed = await call('executions.list', {
        filters: [...ofTask, { field: 'status', op: 'eq', value: ['failed', 'timed_out'] }],
      });
      expect(failed.items.map((one) => one.id)).toEqual([bad.id]);
    },
  },
  {
    id: 'executions.stats.ofTask',
    says: 'Executions are counted and timed, as a whole and for each task',
    cites: ['executions.stats'],
    async run({ call, refused, newTask }) {
      const { id, name } = await newTask();
      for (const n of [1, 2]) await call('tasks.run', { id, input: { n }, wait: true });
      const stats = await call('executions.stats', { taskId: id, window: '1h' });
      expect(stats).toMatchObject({
        total: 2,
        byStatus: { completed: 2 },
        successRate: 1,
        perTask: [{ taskId: id, taskName: name, total: 2, failed: 0 }],
      });
      expect(stats.p95DurationMs).toBeGreaterThan(0);
      const mixed = await refused('executions.stats', { window: '1h', from: '2026-01-01T00:00:00Z' });
      expect(mixed.code).toBe('VALIDATION_FAILED');
    },
  },
  {
    id: 'executions.update.noted',
    says: 'An execution takes a note and can be kept from being forgotten',
    cites: ['executions.update'],
    async run(world) {
      const { call, refused } = world;
      const { execution } = await ran(world, '() => 1\n');
      const noted = await call('executions.update', { id: execution.id, note: 'Look here', keep: true });
      expect(noted).toMatchObject({ note: 'Look here', keep: true, output: 1 });
      const stale = await refused('executions.update', {
        id: execution.id,
        note: 'x',
        expectedRevision: noted.revision - 1 || 99,
      });
      expect(stale.code).toBe('REVISION_MISMATCH');
      const cleared = await call('executions.update', { id: execution.id, note: null });
      expect(cleared).toMatchObject({ note: null, keep: true });
    },
  },
  {
    id: 'executions.watch.changes',
    says: 'Whoever watches hears of executions as they change, only of what was asked for',
    cites: ['executions.watch'],
    async run({ call, follow, newTask }) {
      const [{ id }, other] = [await newTask(), await newTask()];
      const events = follow('executions.watch', { taskId: id, status: ['completed'] });
      const event = await events.first(
        ({ execution }) => execution.status === 'completed',
        async () => {
          await call('tasks.run', { id: other.id, input: { n: 1 }, wait: true });
          await call('tasks.run', { id, input: { n: 4 }, wait: true });
        },
      );
      expect(event).toMatchObject({ type: 'execution', execution: { taskId: id, output: { doubled: 8 } } });
      expect(events.seen.filter(({ execution }) => execution.taskId !== id)).toEqual([]);
    },
  },
  {
    id: 'executions.delete.forgets',
    says: 'An ended execution is forgotten; one that runs is not',
    cites: ['executions.delete'],
    async run(world) {
      const { call, refused } = world;
      const { execution } = await ran(world, '() => 1\n');
      await call('executions.delete', { id: execution.id });
      expect((await refused('executions.get', { id: execution.id })).code).toBe('NOT_FOUND');
      const busy = await running(world);
      expect((await refused('executions.delete', { id: busy.id })).code).toBe('STATE_CONFLICT');
      await call('executions.cancel', { id: busy.id });
    },
  },
  {
    id: 'executions.cancel.stops',
    says: 'A running execution is stopped, endless loop or not; an ended one cannot be',
    cites: ['executions.cancel'],
    async run(world) {
      const { call, refused } = world;
      const { id } = await running(world);
      await call('executions.cancel', { id });
      const ended = await until(
        () => call('executions.get', { id }),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect(ended.status).toBe('cancelled');
      expect((await refused('executions.cancel', { id })).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'executions.retry.sameInput',
    says: 'A retry is a new execution of the same task with the same input',
    cites: ['executions.retry'],
    async run({ call, newTask }) {
      const { id } = await newTask();
      const first = await call('tasks.run', { id, input: { n: 9 }, wait: true });
      const again = await call('executions.retry', { id: first.id });
      expect(again.id).not.toBe(first.id);
      const ended = await until(
        () => call('executions.get', { id: again.id }),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect(ended).toMatchObject({ taskId: id, input: { n: 9 }, output: { doubled: 18 } });
    },
  },
  {
    id: 'executions.logs.filtered',
    says: 'The log of an execution is listed in order and by level',
    cites: ['executions.logs'],
    async run(world) {
      const { call } = world;
      const { execution } = await ran(world, chatty);
      const { items, meta } = await call('executions.logs', { id: execution.id });
      expect(items.map(({ level, message }) => [level, message])).toEqual([
        ['info', 'one'],
        ['warn', 'two'],
        ['error', 'three'],
      ]);
      expect(meta.total).toBe(3);
      const bad = [{ field: 'level', op: 'eq' as const, value: ['warn', 'error'] }];
      const some = await call('executions.logs', {
        id: execution.id,
        filters: bad,
        sort: [{ field: 'sequence', order: 'desc' }],
      });
      expect(some.items.map((line) => line.message)).toEqual(['three', 'two']);
    },
  },
  {
    id: 'executions.events.untilTheEnd',
    says: 'States and log lines of an execution come as events until it ends, and can be resumed',
    cites: ['executions.events'],
    async run(world) {
      const { follow } = world;
      const { execution } = await ran(world, chatty);
      const events = await follow('executions.events', { id: execution.id }).ended();
      expect(
        events.filter(({ type }) => type === 'log').map(({ data }) => (data as { message: string }).message),
      ).toEqual(['one', 'two', 'three']);
      expect(events.at(-1)).toMatchObject({ type: 'state', executionId: execution.id, data: { status: 'completed' } });
      const middle = events[1]?.sequence as number;
      const rest = await follow('executions.events', { id: execution.id, lastEventId: middle }).ended();
      expect(rest.map(({ sequence }) => sequence)).toEqual(events.slice(2).map(({ sequence }) => sequence));
    },
  },
  {
    id: 'executions.trace.spans',
    says: 'The trace of an execution has its stretches, and a flame graph where it was profiled',
    cites: ['executions.trace'],
    async run(world) {
      const { call } = world;
      const code =
        'function busy() {\n  let sum = 0;\n  for (let i = 0; i < 3e7; i++) sum += Math.sqrt(i);\n  return sum;\n}\nfunction main() {\n  return busy();\n}\n';
      const { execution } = await ran(world, code, { profile: true });
      const trace = await call('executions.trace', { id: execution.id });
      expect(trace.executionId).toBe(execution.id);
      expect(trace.spans.map((span) => span.kind)).toEqual(expect.arrayContaining(['execution', 'run']));
      expect(JSON.stringify(trace.flame)).toContain('"busy"');
    },
  },
  {
    id: 'executions.analysis.explains',
    says: 'A failed execution is explained: its cause, its line and what to do',
    cites: ['executions.analysis'],
    async run(world) {
      const { call } = world;
      const { execution } = await ran(world, '(input) => {\n  const user = input.user;\n  return user.name;\n}\n');
      const analysis = await call('executions.analysis', { id: execution.id });
      expect(analysis).toMatchObject({ executionId: execution.id, category: 'code', occurrences: 1 });
      expect(analysis.likelyCause).toMatch(/^user is undefined/);
      expect(analysis.source).toMatchObject({ file: 'main.js', line: 3 });
      expect(analysis.suggestions.length).toBeGreaterThan(0);
    },
  },
  {
    id: 'executions.replay.sameAnswers',
    says: 'A recorded execution gives its recording and is played again without the network',
    cites: ['executions.recording', 'executions.replay'],
    async run(world) {
      const { call, refused, ground } = world;
      const code = `async () => (await fetch(${JSON.stringify(`${ground.web.base}/count`)})).json()\n`;
      const { execution } = await ran(world, code, { record: true });
      expect(execution.status).toBe('completed');
      const har = await call('executions.recording', { id: execution.id });
      expect(JSON.stringify(har)).toContain(`${ground.web.base}/count`);
      const asked = ground.web.asked.length;
      const again = await call('executions.replay', { id: execution.id });
      expect(again).toMatchObject({ status: 'completed', replayOf: execution.id, output: execution.output });
      expect(ground.web.asked.length).toBe(asked);
      const plain = await ran(world, '() => 1\n');
      expect((await refused('executions.replay', { id: plain.execution.id })).code).toBe('STATE_CONFLICT');
    },
  },
];
