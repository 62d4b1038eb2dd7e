import { createInterface, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type Search, search } from './history-search.ts';
import { type Key, splitKeys } from './split-keys.ts';

export interface Editor {
  /** A line, without its end; null: no more will come. */
  read(): Promise<string | null>;
  /** What the prompt says has changed. */
  refresh(): void;
}

interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}
interface Behaviour {
  readonly prompt: () => string;
  /** Before the second and later lines of a command. */
  readonly goesOn: string;
  /** Whether a text is no whole command yet. */
  readonly unfinished: (text: string) => boolean;
  readonly history: () => readonly string[];
  readonly complete: (line: string) => Promise<[candidates: string[], completed: string]>;
  readonly dim: (text: string) => string;
}

/** An escape byte alone is a key when nothing follows it so soon. */
const escapeMs = 40;
const mostShown = 20;
const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 64);

/**
 * Lines from a terminal: Node's readline, with a search through history (Ctrl-R), pastes that are run only with Enter, and
 * commands over several lines. The terminal is raw while a line is read and as it was otherwise, so that Ctrl-C is a key
 * here and a signal to what runs.
 */
export function createEditor({ stdin, stdout }: Terminal, behaviour: Behaviour): Editor {
  const decoder = new StringDecoder('utf8');
  /** What came behind the end of a line, for the next one. */
  let ahead = '';
  let current: Reading | null = null;
  return {
    refresh: () => current?.refresh(),
    async read() {
      stdin.ref();
      current = new Reading(stdout, behaviour);
      const reading = current;
      let timer: NodeJS.Timeout | undefined;
      const feed = (text: string, flush = false) => {
        clearTimeout(timer);
        const { keys, rest } = splitKeys(ahead + text);
        ahead = rest;
        while (keys.length > 0 && !reading.full) reading.key(keys.shift() as Key);
        // Taken apart already: put together as it came.
        if (keys.length > 0) ahead = keys.map(asBytes).join('') + ahead;
        else if (ahead !== '' && flush) {
          reading.key({ kind: 'sequence', text: ahead });
          ahead = '';
        } else if (mayBeWhole(ahead)) timer = setTimeout(() => feed('', true), escapeMs);
      };
      const take = (bytes: Buffer) => feed(decoder.write(bytes));
      const left = () => reading.leave();
      stdin.setRawMode(true);
      stdout.write('\u001b[?2004h');
      stdin.on('data', take);
      stdin.on('end', left);
      stdin.on('close', left);
      reading.onMore = () => feed('');
      feed('');
      stdin.resume();
      try {
        return await reading.line;
      } finally {
        clearTimeout(timer);
        stdin.off('data', take);
        stdin.off('end', left);
        stdin.off('close', left);
        current = null;
        stdin.pause();
        if (!stdin.destroyed) stdin.setRawMode(false);
        stdout.write('\u001b[?2004l');
      }
    },
  };
}

/** Either a key of its own, or the beginning of what comes next. */
const mayBeWhole = (bytes: string): boolean => bytes.startsWith('\u001b') && !bytes.startsWith('\u001b[200~');
const asBytes = (key: Key): string => (key.kind === 'paste' ? `\u001b[200~${key.text}\u001b[201~` : key.text);

interface Searching {
  readonly now: Search;
  /** What stood in the line. */
  readonly before: string;
}

/** One line that is read. */
class Reading {
  readonly line: Promise<string | null>;
  /** The line has ended, or waits for what Tab offers: keys wait for their turn. */
  full = false;
  onMore: () => void = () => undefined;
  readonly #stdout: NodeJS.WriteStream;
  readonly #behaviour: Behaviour;
  readonly #input = new PassThrough();
  readonly #readline: Interface;
  #settle: (line: string | null) => void = () => undefined;
  /** Lines of the command that stand above. */
  #above = '';
  #pasted = 0;
  #ended = false;
  #search: Searching | null = null;

  constructor(stdout: NodeJS.WriteStream, behaviour: Behaviour) {
    this.#stdout = stdout;
    this.#behaviour = behaviour;
    this.line = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#readline = createInterface({
      input: this.#input,
      output: stdout,
      terminal: true,
      history: [...behaviour.history()].reverse(),
      historySize: 2000,
      removeHistoryDuplicates: true,
      escapeCodeTimeout: escapeMs,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        this.full = true;
        behaviour
          .complete(line)
          .catch((): [string[], string] => [[], line])
          .then((result) => {
            done(null, result);
            this.full = false;
            this.onMore();
          });
      },
    });
    this.#readline.on('line', (text) => this.#entered(text));
    this.#readline.on('SIGINT', () => this.#drop());
    this.#readline.on('close', () => this.leave());
    this.#show();
  }

  refresh(): void {
    if (!this.#search && !this.full) this.#show(true);
  }
  leave(): void {
    this.#finish(null);
  }

  key(key: Key): void {
    if (this.#search && this.#searched(key)) return;
    if (key.kind === 'paste') this.#paste(key.text);
    else if (key.text === ctrl('R')) this.#find({ text: '', found: null }, this.#readline.line);
    else {
      if (key.text === '\r' || key.text === '\n') this.full = true;
      this.#input.write(key.text);
    }
  }

  #show(keepCursor = false): void {
    const { prompt, goesOn } = this.#behaviour;
    const lines = this.#pasted === 1 ? '1 line' : `${this.#pasted} lines`;
    this.#readline.setPrompt(
      this.#pasted > 0 ? `${lines} pasted: Enter runs, Ctrl-C drops > ` : this.#above === '' ? prompt() : goesOn,
    );
    this.#readline.prompt(keepCursor);
  }

  #entered(text: string): void {
    const whole = this.#above + text;
    if (!this.#behaviour.unfinished(whole)) {
      this.#finish(whole);
      return;
    }
    this.#above = `${whole}\n`;
    this.#pasted = 0;
    this.full = false;
    this.#show();
    setImmediate(this.onMore);
  }
  #finish(line: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.full = true;
    this.#settle(line);
    this.#readline.close();
  }
  #drop(): void {
    if (this.#readline.line === '' && this.#above === '') {
      this.#stdout.write(`^C\n${this.#behaviour.dim('Ctrl-D leaves.')}\n`);
    } else this.#stdout.write('^C\n');
    this.#above = '';
    this.#pasted = 0;
    this.#write('');
    this.#show();
  }

  /** In place of what stands in the line. */
  #write(text: string): void {
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    if (text !== '') this.#readline.write(text);
  }

  #paste(pasted: string): void {
    const text = pasted.replace(/\n+$/, '');
    if (!text.includes('\n')) {
      this.#readline.write(text);
      return;
    }
    const { line, cursor } = this.#readline;
    const lines = (line.slice(0, cursor) + text + line.slice(cursor)).split('\n');
    const last = lines.pop() as string;
    const { dim } = this.#behaviour;
    this.#write('');
    this.#stdout.write(
      `\r\u001b[J${lines
        .slice(0, mostShown)
        .map((one) => `${dim(`  ${one}`)}\r\n`)
        .join('')}`,
    );
    if (lines.length > mostShown) this.#stdout.write(`${dim(`  … ${lines.length - mostShown} more`)}\r\n`);
    this.#above += `${lines.join('\n')}\n`;
    this.#pasted += lines.length;
    this.#show();
    this.#readline.write(last);
  }

  #find(now: Search, before: string): void {
    this.#search = { now, before };
    const failing = now.text !== '' && now.found === null ? 'no line has' : 'search';
    this.#write(now.found?.line ?? '');
    this.#readline.setPrompt(`(${failing}: ${now.text}) `);
    this.#readline.prompt(true);
  }
  #found(line: string): void {
    this.#search = null;
    this.#show();
    this.#write(line);
  }
  /** Whether a key belongs to the search. Others end it, with what was found in the line. */
  #searched(key: Key): boolean {
    const { now, before } = this.#search as Searching;
    const lines = this.#behaviour.history();
    if (key.kind === 'text') {
      const text = now.text + key.text;
      this.#find(search(lines, text, now.found?.at), before);
      return true;
    }
    if (key.text === ctrl('R')) {
      const older = search(lines, now.text, (now.found?.at ?? lines.length) - 1);
      this.#find(older.found ? older : now, before);
      return true;
    }
    if (key.text === '\u007f' || key.text === '\b') {
      this.#find(search(lines, [...now.text].slice(0, -1).join('')), before);
      return true;
    }
    const givenUp = key.text === ctrl('C') || key.text === ctrl('G');
    this.#found(givenUp ? before : (now.found?.line ?? before));
    return givenUp || key.text === '\u001b';
  }
}
