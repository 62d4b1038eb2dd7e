import { createClient } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import { savedSignIns } from '../saved-sign-ins.ts';
import { signedInFetch } from '../signed-in-fetch.ts';

type State = 'connecting' | 'connected' | 'offline' | 'disconnected';
type Env = Readonly<Record<string, string | undefined>>;

/** Where nobody listens: after "disconnect" no command reaches a server by itself. */
const nowhere = 'http://127.0.0.1:5';
const firstPauseMs = 500;
const longestPauseMs = 15_000;
const heartbeatMs = 3_000;
const patienceMs = 5_000;

/**
 * Whether the console's server answers: asked every few seconds while it does, and after growing pauses while it does not.
 * Nothing is held open, and the process may end meanwhile.
 */
export class Connection {
  readonly #env: Env;
  readonly #changed: () => void;
  #server: string;
  #token: string | undefined;
  #state: State = 'connecting';
  #user: string | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Grows when another server is asked for: an answer of the former one is then nobody's. */
  #generation = 0;

  constructor(at: { readonly server: string; readonly token: string | undefined }, env: Env, changed: () => void) {
    this.#server = at.server;
    this.#token = at.token;
    this.#env = env;
    this.#changed = changed;
  }

  get server(): string {
    return this.#server;
  }
  get state(): State {
    return this.#state;
  }
  /** Who the server takes the console for; null: nobody, or not known yet. */
  get user(): string | null {
    return this.#user;
  }
  /** The environment that commands get: it names this server, and no token of another one. */
  get environment(): Env {
    const left = this.#state === 'disconnected';
    return {
      ...this.#env,
      RATCHET_SERVER_URL: left ? nowhere : this.#server,
      RATCHET_TOKEN: left ? undefined : this.#token,
    };
  }

  /** Goes to a server; answers whether it was there. A token counts for it alone. */
  async connect(server: string, token: string | undefined): Promise<boolean> {
    if (URL.parse(server)?.origin !== URL.parse(this.#server)?.origin || token !== undefined) this.#token = token;
    this.#server = server;
    this.#user = null;
    this.#failures = 0;
    this.#become('connecting');
    return this.ask();
  }
  disconnect(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#user = null;
    this.#become('disconnected');
  }
  /** A command found nobody: what is shown says so at once. */
  lost(): void {
    if (this.#state === 'disconnected' || this.#state === 'offline') return;
    this.#failures = 0;
    this.#become('offline');
    this.#again(firstPauseMs);
  }
  end(): void {
    this.#generation++;
    clearTimeout(this.#timer);
  }

  /** Asks now. */
  async ask(): Promise<boolean> {
    clearTimeout(this.#timer);
    const generation = ++this.#generation;
    const here = await this.#answers();
    if (generation !== this.#generation) return here;
    if (here) {
      this.#failures = 0;
      const user = this.#state === 'connected' && this.#user !== null ? this.#user : await this.#who();
      if (generation !== this.#generation) return here;
      this.#become('connected', user);
      this.#again(heartbeatMs);
    } else {
      this.#become('offline');
      this.#again(Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++));
    }
    return here;
  }
  /** Somebody else may be signed in now. */
  async whoChanged(): Promise<void> {
    this.#user = null;
    await this.ask();
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), ms);
    this.#timer.unref();
  }
  #become(state: State, user = this.#user): void {
    const news = state !== this.#state || user !== this.#user;
    this.#state = state;
    this.#user = user;
    if (news) this.#changed();
  }
  #client() {
    const proof = this.#token
      ? { token: this.#token }
      : { fetch: signedInFetch(this.#server, savedSignIns(this.#env)) };
    return createClient({ baseUrl: this.#server, retries: 0, ...proof });
  }
  async #answers(): Promise<boolean> {
    try {
      await createClient({ baseUrl: this.#server, retries: 0 }).health.get(
        {},
        { signal: AbortSignal.timeout(patienceMs) },
      );
      return true;
    } catch (error) {
      // Whoever refuses is there.
      return error instanceof RatchetError && error.code !== 'UNAVAILABLE' && error.code !== 'CANCELLED';
    }
  }
  async #who(): Promise<string | null> {
    try {
      const me = await this.#client().auth.me({}, { signal: AbortSignal.timeout(patienceMs) });
      return me.user?.username ?? me.name;
    } catch {
      return null;
    }
  }
}
