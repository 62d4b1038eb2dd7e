import { type StdioConfig as Config, StdioConfig } from './config-stdio.ts';
import type { DestinationType } from './destination-type.ts';
import { contentOf } from './message.ts';

/** A line of JSON on the server's standard output. `write` answers when it is out. */
export const stdio = (write: (text: string) => Promise<void>): DestinationType<Config> => ({
  schema: StdioConfig,
  secrets: [],
  templates: () => [],
  async deliver(message, { content }) {
    const line = `${JSON.stringify(contentOf(message, content))}\n`;
    await write(line);
    return { target: 'stdout', response: null, bytes: Buffer.byteLength(line) };
  },
});
