import type { Client } from '@ratchet/client/create-client';

/** What was answered so far, by the name of the step; an empty text: nothing. */
export type Answers = Readonly<Record<string, string>>;

/** What a step looks things up with. */
export interface Around {
  readonly client: Client;
  /** Where relative paths begin. */
  readonly folder: string;
}

export interface Step {
  readonly name: string;
  readonly ask: string;
  /** Left out unless this holds. */
  readonly when?: (answers: Answers) => boolean;
  /** Taken where nothing is typed. */
  readonly usual?: (answers: Answers, around: Around) => string | undefined | Promise<string | undefined>;
  /** Offered by Tab; with `only`, nothing else is taken. */
  readonly choices?: (around: Around) => readonly string[] | Promise<readonly string[]>;
  readonly only?: boolean;
  readonly paths?: boolean;
  /** Nothing at all is an answer too. */
  readonly optional?: boolean;
  /** Typed without an echo, and shown nowhere. */
  readonly secret?: boolean;
  /** Several lines, up to one with nothing but a dot. */
  readonly lines?: boolean;
  /** What is wrong with an answer; null: nothing. */
  readonly check?: (given: string, answers: Answers, around: Around) => string | null | Promise<string | null>;
}

/** Asks for what a create command needs, step by step. */
export interface Wizard {
  /** The command, as in `task create`. */
  readonly command: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** The arguments behind the command; of secrets, `shown` gives what may be seen. */
  readonly words: (answers: Answers) => readonly string[];
}

/** An option with what was answered; nothing where nothing was. */
export const option = (name: string, value: string | undefined): string[] =>
  value === undefined || value === '' ? [] : [name, value];
/** An option without a value, where the answer was yes. */
export const flag = (name: string, answer: string | undefined): string[] => (answer === 'yes' ? [name] : []);

export const yesOrNo = { choices: () => ['yes', 'no'], only: true } as const;

export const numberCheck =
  (least: number, most: number) =>
  (given: string): string | null =>
    /^\d+$/.test(given) && Number(given) >= least && Number(given) <= most
      ? null
      : `Give a whole number from ${least} to ${most}.`;
