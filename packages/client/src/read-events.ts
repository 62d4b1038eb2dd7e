/** Events of a server-sent stream, as the JSON of their data, until it ends. */
export async function* readEvents<T>(response: Response): AsyncGenerator<T> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunksOf(response.body)) {
    // What was looked through before is not looked through again: one event may hold many megabytes.
    const from = Math.max(0, pending.length - 1);
    pending += decoder.decode(chunk, { stream: true });
    for (let end = pending.indexOf('\n\n', from); end >= 0; end = pending.indexOf('\n\n')) {
      const frame = pending.slice(0, end);
      pending = pending.slice(end + 2);
      const data = frame.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []));
      if (data.length > 0) yield JSON.parse(data.join('\n')) as T;
    }
  }
}

/** By its reader: not every browser can iterate over a body. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
