/** One event of a server-sent stream. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Events of a response until it ends; comments and empty events are left out. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  let pending = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    pending += text.replaceAll('\r\n', '\n');
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const lines = pending.slice(0, end).split('\n');
      pending = pending.slice(end + 2);
      const field = (name: string) =>
        lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []));
      const [event = 'message'] = field('event');
      const data = field('data').join('\n');
      if (data !== '' || event !== 'message') yield { event, data };
    }
  }
}

/** The JSON of every event's data. */
export async function* serverSentData(response: Response): AsyncGenerator<unknown> {
  for await (const { data } of serverSentEvents(response)) yield JSON.parse(data);
}
