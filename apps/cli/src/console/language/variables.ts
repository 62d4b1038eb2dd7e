import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Scope } from './expand.ts';

/** The variables of a console; they are gone when it ends. */
export class Variables implements Scope {
  readonly #values = new Map<string, Json>();
  readonly #env: Readonly<Record<string, string | undefined>>;
  #exitCode = 0;
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  value(name: string): Json | undefined {
    return name === '?' ? String(this.#exitCode) : this.#values.get(name);
  }
  environment(name: string): string | undefined {
    return this.#env[name];
  }

  /** Throws VALIDATION_FAILED for what is no name of a variable. */
  set(name: string, value: Json): void {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new RatchetError(
        'VALIDATION_FAILED',
        `${JSON.stringify(name)} is no name of a variable: a letter or _ first, then letters, digits and _.`,
      );
    if (name === 'LAST' || name === 'ENV')
      throw new RatchetError('VALIDATION_FAILED', `${name} is the console's own: choose another name.`);
    this.#values.set(name, value);
  }
  /** False: there was none. */
  unset(name: string): boolean {
    return this.#values.delete(name);
  }

  /** `$?` of the command that follows. */
  ended(exitCode: number): void {
    this.#exitCode = exitCode;
  }
  /** `$LAST`: what the last command answered. */
  answered(value: Json): void {
    this.#values.set('LAST', value);
  }
  /**
   * `$1`, `$2`, … while a script runs with arguments; `apart`: what the script sets is forgotten when it ends. Answers what
   * puts everything back.
   */
  inScript({ arguments: given, apart = false }: { readonly arguments?: readonly string[]; readonly apart?: boolean }) {
    const before = new Map(this.#values);
    const isArgument = (name: string) => /^\d+$/.test(name);
    const clear = (which: (name: string) => boolean) => {
      for (const name of [...this.#values.keys()]) if (which(name)) this.#values.delete(name);
    };
    if (given) {
      clear(isArgument);
      given.forEach((value, at) => {
        this.#values.set(String(at + 1), value);
      });
    }
    return (): void => {
      if (!given && !apart) return;
      const returns = apart ? () => true : isArgument;
      clear((name) => name !== 'LAST' && returns(name));
      for (const [name, value] of before) if (name !== 'LAST' && returns(name)) this.#values.set(name, value);
    };
  }

  names(): string[] {
    return [...this.#values.keys()].sort();
  }
}
