import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

let server: Served;
let id: string;
const lines = 6000;
beforeAll(async () => {
  server = await served();
  const code = `export default async (input, context) => { for (let n = 0; n < ${lines}; n++) context.log.info('line ' + n + ' ${'.'.repeat(200)}'); }`;
  const task = await server.api('POST', '/tasks', {
    name: 'chatty',
    sourceCode: code,
    inputSchema: true,
    outputSchema: true,
  });
  id = (await server.api('POST', `/tasks/${task.body.id}/run`, {})).body.id;
});
afterAll(() => server.close());

/** The events of an answer as text: the `id` of each, and how many are log lines. */
const read = (text: string) => {
  const frames = text.split('\n\n').filter((frame) => frame.includes('data:'));
  return {
    ids: frames.map((frame) => Number(/id: (\d+)/.exec(frame)?.[1])),
    logs: frames.filter((frame) => frame.includes('event: log')).map((frame) => Number(/line (\d+) /.exec(frame)?.[1])),
    last: frames.at(-1) ?? '',
  };
};
const watch = async (headers: Record<string, string> = {}) =>
  read(await (await fetch(`${server.address}/api/v1/executions/${id}/events`, { headers })).text());

describe('server-sent events of an execution', () => {
  it('come whole and in order to two watchers at once, and to one that resumes', async () => {
    const [one, two] = await Promise.all([watch(), watch()]);
    expect(one.logs).toEqual(Array.from({ length: lines }, (_, n) => n));
    expect(one.last).toContain('"status":"completed"');
    expect(two).toEqual(one);
    const resumed = await watch({ 'last-event-id': String(one.ids[4000]) });
    expect(resumed.ids).toEqual(one.ids.slice(4001));
  });

  it('wait for a reader that takes its time, without a warning, and others are not kept waiting', async () => {
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.name);
    process.on('warning', hear);
    const { hostname, host, port } = new URL(server.address);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /api/v1/executions/${id}/events HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    let text = '';
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      socket.pause();
      setTimeout(() => socket.resume(), 2);
    });
    const other = await watch();
    expect(other.logs).toHaveLength(lines);
    await ended;
    expect(text).toContain(`line ${lines - 1} `);
    expect(text).toContain('"status":"completed"');
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('end for a reader that goes away in the middle', async () => {
    const gone = new AbortController();
    const response = await fetch(`${server.address}/api/v1/executions/${id}/events`, { signal: gone.signal });
    await response.body?.getReader().read();
    gone.abort();
    expect((await watch()).logs).toHaveLength(lines);
  });
});
