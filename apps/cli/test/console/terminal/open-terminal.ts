import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const patienceMs = 45_000;

/** A terminal that keys are typed into and whose screen is read: tmux, with a server of its own. */
export interface Terminal {
  /** Text, as it is. */
  type(text: string): Promise<void>;
  /** Keys by tmux's names: Enter, Tab, Up, C-r. */
  press(...keys: string[]): Promise<void>;
  /** As a terminal gives what was pasted. */
  paste(text: string): Promise<void>;
  /** What is on the screen now. */
  screen(): Promise<string>;
  /** Waits until the screen has it, and answers the screen. */
  sees(wanted: string | RegExp): Promise<string>;
  /** Waits until the screen has it no more. */
  seesNo(unwanted: string | RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** How tmux says what the terminal is like: `#{cursor_flag}`. */
  ask(format: string): Promise<string>;
  end(): void;
}

interface Opened {
  readonly folder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

export async function openTerminal({
  folder,
  command,
  environment,
  columns = 100,
  rows = 30,
}: Opened): Promise<Terminal> {
  const socket = `ratchet-${randomUUID()}`;
  const env = { ...environment, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
  const tmux = async (...args: string[]): Promise<string> =>
    (await run('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], { env })).stdout;
  const size = ['-x', String(columns), '-y', String(rows)];
  // The shell says how the command ended, and keeps the screen.
  const kept = ['sh', '-c', 'trap : INT HUP TERM; "$@"; echo "[ended with $?]"; exec cat', 'sh', ...command];
  await tmux('new-session', '-d', ...size, '-c', folder, ...kept);
  const screen = () => tmux('capture-pane', '-p');
  const waits = async (holds: (text: string) => void): Promise<string> => {
    let text = '';
    await expect
      .poll(
        async () => {
          text = await screen();
          try {
            holds(text);
            return true;
          } catch {
            return text;
          }
        },
        { timeout: patienceMs, interval: 50 },
      )
      .toBe(true);
    return text;
  };
  const matches = (text: string, wanted: string | RegExp) =>
    typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  return {
    type: async (text) => void (await tmux('send-keys', '-l', '--', text)),
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    async paste(text) {
      await tmux('set-buffer', '--', text);
      await tmux('paste-buffer', '-p');
    },
    screen,
    sees: (wanted) => waits((text) => expect(matches(text, wanted)).toBe(true)),
    seesNo: (unwanted) => waits((text) => expect(matches(text, unwanted)).toBe(false)),
    resize: async (wide, high) => void (await tmux('resize-window', '-x', String(wide), '-y', String(high))),
    ask: async (format) => (await tmux('display-message', '-p', format)).trim(),
    end() {
      try {
        execFileSync('tmux', ['-L', socket, 'kill-server'], { stdio: 'ignore' });
      } catch {
        // It has ended by itself.
      }
    },
  };
}
