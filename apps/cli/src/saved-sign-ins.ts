import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** One sign-in as it is kept between commands. */
export interface SavedSignIn {
  readonly username: string;
  readonly accessToken: string;
  /** ISO 8601. */
  readonly accessExpiresAt: string;
  readonly refreshToken: string;
}

export interface SavedSignIns {
  of(server: string): SavedSignIn | null;
  save(server: string, signIn: SavedSignIn): void;
  forget(server: string): void;
}

type Env = Readonly<Record<string, string | undefined>>;

const folderOf = (env: Env): string =>
  join(env.XDG_CONFIG_HOME || (env.APPDATA ?? join(env.HOME ?? homedir(), '.config')), 'ratchet');

/** Sign-ins by server, in a file that only its owner may read, in the user's configuration folder. */
export function savedSignIns(env: Env): SavedSignIns {
  const folder = folderOf(env);
  const path = join(folder, 'sign-ins.json');
  const key = (server: string) => URL.parse(server)?.origin ?? server;

  function read(): Record<string, SavedSignIn> {
    try {
      const { servers } = JSON.parse(readFileSync(path, 'utf8')) as { servers?: Record<string, SavedSignIn> };
      return servers ?? {};
    } catch {
      // None yet, or not readable as one: signing in again makes it anew.
      return {};
    }
  }
  /** Beside and renamed, so that two commands at once never leave half a file. */
  function write(servers: Record<string, SavedSignIn>): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (Object.keys(servers).length === 0) {
      rmSync(path, { force: true });
      return;
    }
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  }
  return {
    of: (server) => read()[key(server)] ?? null,
    save: (server, signIn) => write({ ...read(), [key(server)]: signIn }),
    forget(server) {
      const { [key(server)]: _, ...rest } = read();
      write(rest);
    },
  };
}
