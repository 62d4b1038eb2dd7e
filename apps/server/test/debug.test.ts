import { execFileSync } from 'node:child_process';
import CDP from 'chrome-remote-interface';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
const tasks: Record<string, string> = {};
beforeAll(async () => {
  server = await served();
  const make = async (name: string, body: object) => {
    const made = await server.api('POST', '/tasks', { name, ...body });
    expect(made.status).toBe(201);
    tasks[name] = made.body.id;
  };
  await make('convert', {
    sourceType: 'typescript',
    sourceCode: `// A comment that is stripped
import { convert, type Rate } from './rates.ts';

export default async function main(input: { amount: number }): Promise<number> {
  const rate: Rate = { per: 2 };
  const result: number = convert(input.amount, rate);
  console.log('converted', result);
  return result;
}
`,
    inputSchema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  });
  const put = await server.api('PUT', `/tasks/${tasks.convert}/files/rates.ts`, {
    content: `export interface Rate {
  per: number;
}

export function convert(amount: number, rate: Rate): number {
  const exact: number = amount * rate.per;
  return exact;
}
`,
    encoding: 'utf8',
  });
  expect(put.status).toBeLessThan(300);
  await make('endless', {
    sourceCode: 'function main() {\n  const seen = 1;\n  while (true) {\n    debugger;\n    for (;;);\n  }\n}',
  });
  await make('broken', { sourceCode: 'function main( {' });
});
afterAll(() => server?.close());

/** Processes of runners that this test's process has started. */
const runnerProcesses = (): number[] =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .filter(([, , parent, args]) => Number(parent) === process.pid && /runner\/src\/main\.ts/.test(args as string))
    .map(([, pid]) => Number(pid));
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

const debug = (task: string, body: object) => server.api('POST', `/tasks/${tasks[task]}/debug`, body);

describe('debugging as one call', () => {
  it('stops in two files of TypeScript and shows what is there', async () => {
    const { status, body } = await debug('convert', {
      input: { amount: 3 },
      breakpoints: [
        { line: 6 },
        { line: 7, file: 'rates.ts', condition: 'amount === 3' },
        { line: 6, file: 'rates.ts', condition: 'amount === 4' },
      ],
      steps: ['step_into'],
      watch: ['input.amount', 'nothing'],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      taskId: tasks.convert,
      status: 'completed',
      output: 6,
      error: null,
      truncated: false,
    });
    expect(body.logs).toEqual([{ level: 'info', message: 'converted 6' }]);
    expect(body.unreached).toEqual([{ line: 6, file: 'rates.ts', condition: 'amount === 4' }]);
    const [first, second, third] = body.pauses;
    expect(body.pauses).toHaveLength(3);
    expect(first).toMatchObject({ reason: 'breakpoint', file: 'main.ts', line: 6, function: 'main', exception: null });
    expect(first.scopes[0].variables).toContainEqual({
      name: 'rate',
      type: 'object',
      value: '{per: 2}',
      json: { per: 2 },
    });
    expect(first.watches).toEqual([
      { expression: 'input.amount', value: '3', error: null },
      { expression: 'nothing', value: null, error: 'ReferenceError: nothing is not defined' },
    ]);
    expect(second).toMatchObject({ reason: 'step', file: 'rates.ts', line: 6, function: 'convert' });
    expect(second.stack.map((frame: { file: string; line: number }) => `${frame.file}:${frame.line}`)).toEqual([
      'rates.ts:6',
      'main.ts:6',
    ]);
    expect(third).toMatchObject({ reason: 'breakpoint', file: 'rates.ts', line: 7 });
  });
  it('ends at its time limit with what was seen', async () => {
    const { status, body } = await debug('endless', { timeoutMs: 2000, watch: ['seen'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'timed_out', error: { class: 'TimeoutError' } });
    expect(body.pauses.map((pause: { line: number }) => pause.line)).toEqual([4]);
  });
  it.each([
    ['an input that breaks the schema', 'convert', { input: {} }, 400, 'VALIDATION_FAILED'],
    [
      'a file that is not there',
      'convert',
      { input: { amount: 1 }, breakpoints: [{ line: 1, file: 'no.ts' }] },
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a line past the end',
      'convert',
      { input: { amount: 1 }, breakpoints: [{ line: 1000 }] },
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a condition that is no expression',
      'convert',
      { input: { amount: 1 }, breakpoints: [{ line: 6, condition: '1) ; (2' }] },
      400,
      'VALIDATION_FAILED',
    ],
    ['a step that does not exist', 'convert', { input: { amount: 1 }, steps: ['back'] }, 400, 'VALIDATION_FAILED'],
    ['code that cannot be compiled', 'broken', {}, 409, 'TASK_INVALID'],
  ])('refuses %s', async (_, task, body, status, code) => {
    expect(await debug(task, body)).toMatchObject({ status, body: { code } });
  });
  it('refuses a task that is not there', async () => {
    expect((await server.api('POST', '/tasks/nothing/debug', {})).status).toBe(404);
  });
});

interface Session {
  readonly id: string;
  readonly webSocketDebuggerUrl: string;
}
const start = async (task: string, body: object = {}): Promise<Session> => {
  const { status, body: session } = await server.api('POST', `/tasks/${tasks[task]}/debug-sessions`, body);
  expect(status).toBe(200);
  return session;
};
const attach = (url: string) => CDP({ target: url, local: true });
const end = (id: string) => server.api('DELETE', `/debug-sessions/${id}`);
/** How a socket is let go, for what never speaks the protocol. */
const closeCode = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
const opened = (socket: WebSocket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(true));
    socket.addEventListener('error', () => resolve(false));
  });
/** The client by names of methods and events as text, its answers loose. */
interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: what the protocol answers is looked into by the tests
  send(method: string, params: object): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  once(event: string, listener: (params: any) => void): void;
}
const loose = (client: CDP.Client): Loose => client as unknown as Loose;
const ask = (client: CDP.Client, method: string, params: object = {}) => loose(client).send(method, params);
const once = (client: CDP.Client, event: string): ReturnType<Loose['send']> =>
  new Promise((resolve) => loose(client).once(event, resolve));

describe('debugging live', () => {
  it('lets a debugger attach, stop in TypeScript, evaluate, step, go on, and see the result', async () => {
    const session = await start('convert', { input: { amount: 5 }, pauseOnEntry: false });
    expect(session).toMatchObject({ taskId: tasks.convert, state: 'waiting' });
    const client = await attach(session.webSocketDebuggerUrl);
    const scripts: { url: string; sourceMapURL: string; scriptId: string }[] = [];
    client.on('Debugger.scriptParsed', (script) => void scripts.push(script as never));
    const said: string[] = [];
    client.on('Runtime.consoleAPICalled', ({ args }) => void said.push(String(args[0]?.value)));
    await ask(client, 'Runtime.enable');
    await ask(client, 'Debugger.enable');
    const file = `ratchet://${tasks.convert}/rates.ts`;
    const set = await ask(client, 'Debugger.setBreakpointByUrl', { url: file, lineNumber: 6 });
    expect(set.breakpointId).toBeTruthy();
    const stop = once(client, 'Debugger.paused');
    await ask(client, 'Runtime.runIfWaitingForDebugger');
    const { callFrames } = await stop;
    expect(scripts).toHaveLength(1);
    const [script] = scripts;
    const map = JSON.parse(Buffer.from(script?.sourceMapURL.split('base64,')[1] ?? '', 'base64').toString());
    expect(map.sources).toContain(file);
    expect(map.sourcesContent[map.sources.indexOf(file)]).toContain('const exact: number');
    expect(callFrames.map((frame: { functionName: string }) => frame.functionName).slice(0, 2)).toEqual([
      'convert',
      'main',
    ]);
    expect(callFrames.map((frame: { functionName: string }) => frame.functionName)).not.toContain('callDebugged');
    const { scriptSource } = await ask(client, 'Debugger.getScriptSource', { scriptId: script?.scriptId });
    expect(scriptSource.split('\n')[callFrames[0].location.lineNumber]).toContain('return exact');
    const seen = await ask(client, 'Debugger.evaluateOnCallFrame', {
      callFrameId: callFrames[0].callFrameId,
      expression: 'exact + rate.per',
    });
    expect(seen.result).toMatchObject({ type: 'number', value: 12 });
    expect((await ask(client, 'Runtime.evaluate', { expression: 'typeof fetch' })).result.value).toBe('function');
    const next = once(client, 'Debugger.paused');
    await ask(client, 'Debugger.stepOut');
    expect((await next).callFrames[0].functionName).toBe('main');
    const ended = once(client, 'Ratchet.ended');
    await ask(client, 'Debugger.resume');
    expect(await ended).toMatchObject({ status: 'completed', output: 10, error: null });
    await until(() => said.length === 2);
    expect(said).toEqual(['converted 10', 'The run is completed: 10']);
    expect((await end(session.id)).status).toBe(404);
  });
  it('stops at the first line of the task’s function when nothing else is asked', async () => {
    const session = await start('convert', { input: { amount: 5 } });
    const client = await attach(session.webSocketDebuggerUrl);
    await ask(client, 'Debugger.enable');
    const stop = once(client, 'Debugger.paused');
    await ask(client, 'Runtime.runIfWaitingForDebugger');
    const { callFrames, hitBreakpoints } = await stop;
    expect(callFrames[0].functionName).toBe('main');
    expect(hitBreakpoints).toHaveLength(1);
    expect((await end(session.id)).status).toBe(204);
    expect((await end(session.id)).status).toBe(404);
  });
  it('keeps a debugger inside the task’s own world', async () => {
    const session = await start('convert', { input: { amount: 5 } });
    const client = await attach(session.webSocketDebuggerUrl);
    await ask(client, 'Runtime.enable');
    await ask(client, 'Debugger.enable');
    const stop = once(client, 'Debugger.paused');
    await ask(client, 'Runtime.runIfWaitingForDebugger');
    const paused = await stop;
    const { callFrames } = paused;
    const own = callFrames[0].location.scriptId;
    for (const method of [
      'Runtime.queryObjects',
      'HeapProfiler.takeHeapSnapshot',
      'Debugger.setScriptSource',
      'Target.getTargets',
      'NodeWorker.enable',
      'toString.constructor',
      '__proto__.x',
    ])
      await expect(ask(client, method)).rejects.toThrow(/wasn't found/);
    const { result } = await ask(client, 'Runtime.evaluate', { expression: 'fetch' });
    const properties = await ask(client, 'Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
    const internal = (properties.internalProperties ?? []).map((property: { name: string }) => property.name);
    expect(internal).not.toContain('[[Scopes]]');
    // Names of objects are counted up, so the ones that were kept back can be guessed.
    const [isolate, context, last] = result.objectId.split('.');
    const known: readonly string[] =
      JSON.stringify([paused, result, properties]).match(/(?<="objectId":")[^"]+/g) ?? [];
    const kept = Array.from({ length: Number(last) + 40 }, (_, at) => `${isolate}.${context}.${at}`).filter(
      (name) => !known.includes(name),
    );
    expect(kept.length).toBeGreaterThan(30);
    const reach = (objectId: string) => ask(client, 'Runtime.getProperties', { objectId });
    for (const name of kept) await expect(reach(name)).rejects.toThrow(/Could not find object/);
    // A value of the task that looks like an object of the protocol does not make its name known.
    const [target] = kept.slice(-30);
    const fake = `{ type: 'object', objectId: '${target}' }`;
    const expression = `({ ...${fake}, result: ${fake}, value: ${fake}, list: [${fake}] })`;
    await ask(client, 'Runtime.evaluate', { expression, returnByValue: true });
    await ask(client, 'Runtime.evaluate', { expression, generatePreview: true });
    await expect(reach(String(target))).rejects.toThrow(/Could not find object/);
    // A condition is evaluated where its breakpoint is: none may stand in code that is not the task's.
    const condition = 'globalThis.leaked = typeof realm, true';
    const sets = [];
    for (let scriptId = 0; scriptId < 12; scriptId += 1)
      for (let lineNumber = 20; lineNumber < 1600; lineNumber += 60)
        sets.push(
          ask(client, 'Debugger.setBreakpoint', { location: { scriptId: String(scriptId), lineNumber }, condition }),
        );
    for (const place of [{ url: 'ratchet:boot' }, { urlRegex: 'ratchet:boot' }, { urlRegex: '.*' }])
      for (let lineNumber = 20; lineNumber < 1600; lineNumber += 60)
        sets.push(ask(client, 'Debugger.setBreakpointByUrl', { ...place, lineNumber, condition }));
    const placed = (await Promise.allSettled(sets)).flatMap((set) => (set.status === 'fulfilled' ? [set.value] : []));
    const scripts = placed.flatMap(({ actualLocation, locations = [] }) => [actualLocation, ...locations]);
    for (const at of scripts) expect(at?.scriptId ?? own).toBe(own);
    await expect(
      ask(client, 'Debugger.setBreakpointOnFunctionCall', { objectId: result.objectId, condition }),
    ).rejects.toThrow(/wasn't found/);
    const commandLine = { expression: 'typeof monitor', includeCommandLineAPI: true };
    expect((await ask(client, 'Runtime.evaluate', commandLine)).result.value).toBe('undefined');
    const frame = callFrames[0].callFrameId.split('.');
    await expect(
      ask(client, 'Debugger.evaluateOnCallFrame', {
        callFrameId: [...frame.slice(0, -1), Number(frame.at(-1)) + 1].join('.'),
        expression: '1',
      }),
    ).rejects.toThrow();
    await end(session.id);
  });
  it('lets one debugger in, once, with the right token', async () => {
    const session = await start('convert', { input: { amount: 5 } });
    const url = session.webSocketDebuggerUrl;
    for (const wrong of [
      url.replace(/token=.*/, 'token=wrong'),
      url.replace(/\?.*/, ''),
      url.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
      url.replace(session.id, '01a1fd33-5246-7beb-bc29-795f9d85724a'),
    ])
      expect(await opened(new WebSocket(wrong))).toBe(false);
    const foreign = await fetch(url.replace('ws:', 'http:'), { headers: { origin: 'http://elsewhere.example' } });
    expect(foreign.status).toBe(403);
    expect((await fetch(url.replace('ws:', 'http:'))).status).toBe(400);
    const first = await attach(url);
    expect(await opened(new WebSocket(url))).toBe(false);
    await expect(ask(first, 'Schema.getDomains')).resolves.toBeTruthy();
    await first.close();
  });
  it('answers garbage with an error and lets a message that is too large end the connection', async () => {
    const session = await start('convert', { input: { amount: 5 } });
    const socket = new WebSocket(session.webSocketDebuggerUrl);
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) => void heard.push(String(data)));
    expect(await opened(socket)).toBe(true);
    const garbage = [
      '',
      'not json',
      'null',
      '[]',
      '{}',
      '{"id":"x","method":1}',
      '{"id":1}',
      '{"id":2,"method":"Nothing.here"}',
      '{"id":3,"method":"Runtime.evaluate","params":7}',
      '{"id":4,"method":"Runtime.evaluate"}',
      '{"id":5,"method":"Debugger.setBreakpointByUrl","params":{"lineNumber":0,"urlRegex":"("}}',
      '{"id":6,"method":"Runtime.getProperties","params":{"objectId":{}}}',
    ];
    for (const message of garbage) socket.send(message);
    await until(() => heard.length === garbage.length);
    for (const answer of heard) expect(JSON.parse(answer)).toHaveProperty('error');
    const closed = closeCode(socket);
    socket.send('x'.repeat(2 * 1024 * 1024));
    expect(await closed).toBe(1009);
    await until(() => runnerProcesses().length <= 2);
  });
  it('ends the run of a debugger that dies while the task is paused, and leaves no process', async () => {
    const before = runnerProcesses();
    const session = await start('endless');
    const client = await attach(session.webSocketDebuggerUrl);
    await ask(client, 'Debugger.enable');
    const stop = once(client, 'Debugger.paused');
    await ask(client, 'Runtime.runIfWaitingForDebugger');
    await stop;
    const own = runnerProcesses().filter((pid) => !before.includes(pid));
    expect(own).toHaveLength(1);
    // As when its process is killed: the connection ends without a word.
    (client as unknown as { _ws: { terminate(): void } })._ws.terminate();
    await until(() => !runnerProcesses().includes(own[0] as number));
    await until(() => runnerProcesses().length <= before.length);
    expect((await end(session.id)).status).toBe(404);
  });
  it('ends a session that nobody attaches to, or that never ends, at its time', async () => {
    const before = runnerProcesses();
    await start('convert', { input: { amount: 5 }, timeoutMs: 1000 });
    const session = await start('endless', { timeoutMs: 2000, pauseOnEntry: false });
    const client = await attach(session.webSocketDebuggerUrl);
    await ask(client, 'Runtime.enable');
    const ended = once(client, 'Ratchet.ended');
    await ask(client, 'Runtime.runIfWaitingForDebugger');
    expect(await ended).toMatchObject({ status: 'timed_out' });
    await until(() => runnerProcesses().length <= before.length);
  });
  it('opens so many sessions and no more', async () => {
    const sessions = [];
    for (let at = 0; at < 4; at += 1) sessions.push(await start('endless'));
    const refused = await server.api('POST', `/tasks/${tasks.endless}/debug-sessions`, {});
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    for (const { id } of sessions) expect((await end(id)).status).toBe(204);
  });
});

it('does not debug a task that names a secret which it is not granted, as it would not run it', async () => {
  const made = await server.api('POST', '/tasks', {
    name: 'needs a secret',
    sourceCode: '(input, context) => context.secrets.TOKEN_OF_IT',
    metadata: { secrets: ['TOKEN_OF_IT'] },
  });
  const refused = {
    code: 'TASK_INVALID',
    message: expect.stringContaining('needs TOKEN_OF_IT, which it is not granted'),
  };
  for (const how of ['debug', 'debug-sessions'])
    expect((await server.api('POST', `/tasks/${made.body.id}/${how}`, { input: {} })).body).toMatchObject(refused);
  const secret = { name: 'TOKEN_OF_IT', value: 'a value', taskIds: [made.body.id] };
  expect((await server.api('POST', '/secrets', secret)).status).toBe(201);
  expect((await server.api('POST', `/tasks/${made.body.id}/debug`, { input: {} })).body).toMatchObject({
    status: 'completed',
  });
});
