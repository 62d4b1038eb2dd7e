import type { Client } from '@ratchet/client/create-client';
import type { Io } from '../../context.ts';
import { wantsColour } from '../../output.ts';
import { draw } from './draw.ts';
import { Feed, type View } from './feed.ts';
import { textOf } from './line.ts';
import { atFirst } from './screen-state.ts';
import { guardTerminal } from './terminal-guard.ts';

interface Monitor {
  readonly view: View;
  readonly client: Client;
  readonly address: string;
  readonly metrics: (signal: AbortSignal) => Promise<string>;
  /** One picture, and no more. */
  readonly once: boolean;
}

/** Shows a live screen until it is left; one picture as text where there is no terminal. */
export async function startMonitor({ view, once, ...server }: Monitor, io: Io): Promise<void> {
  const feed = new Feed(server);
  try {
    if (once || !io.stdout.isTTY || !io.stdin.isTTY) await picture(feed, view, io);
    else await live(feed, view, io);
  } finally {
    feed.end();
  }
}

async function picture(feed: Feed, view: View, io: Io): Promise<void> {
  feed.want(view);
  await feed.ready;
  const size = { columns: io.stdout.columns ?? 120, rows: io.stdout.rows ?? 60 };
  const { lines } = draw(feed.now(), atFirst(view), size, Date.now());
  // The last line names keys.
  const texts = lines.slice(0, -1).map((line) => textOf(line).trimEnd());
  io.stdout.write(`${texts.join('\n').trimEnd()}\n`);
}

async function live(feed: Feed, view: View, io: Io): Promise<void> {
  // React keeps a record of every drawing while it is developed with, which a screen that stays for days has no room for.
  process.env.NODE_ENV ??= 'production';
  const [{ render }, { createElement }, { Screen }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./screen.ts'),
  ]);
  const guard = guardTerminal(io);
  try {
    const app = render(createElement(Screen, { feed, view, colour: wantsColour(io.stdout, io.env) }), {
      stdout: io.stdout,
      stdin: io.stdin,
      stderr: io.stderr,
      alternateScreen: true,
      incrementalRendering: true,
      exitOnCtrlC: false,
      interactive: true,
      maxFps: 10,
    });
    const stop = () => app.unmount();
    io.signal?.addEventListener('abort', stop, { once: true });
    try {
      await app.waitUntilExit();
    } finally {
      io.signal?.removeEventListener('abort', stop);
    }
  } finally {
    guard.restore();
  }
}
