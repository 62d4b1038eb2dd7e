import { type Command, Option } from 'commander';
import type { Candidate, NameKind } from './candidate.ts';
import { paths } from './paths.ts';
import { type Wanted, wantedByArgument, wantedByOption } from './what-is-wanted.ts';

/** What a completion looks at. */
export interface CompletionContext {
  /** The program whose commands and options are offered. */
  readonly root: Command;
  /** Names of a kind that a server knows, or the newest ids. Nothing where none answers; never throws. */
  names(kind: NameKind, prefix: string): Promise<readonly Candidate[]>;
  /** Where relative paths begin. */
  readonly folder: string;
  /** What `~` stands for; without, it is a name like any other. */
  readonly home?: string | undefined;
}

/**
 * What a word may become. `words` are those after the program's name, unquoted; `cursor` is the place of the word that is
 * completed, which may lie behind the last. Candidates begin with what that word has, capitals or not.
 */
export async function complete(
  words: readonly string[],
  cursor: number,
  context: CompletionContext,
): Promise<readonly Candidate[]> {
  const word = words[cursor] ?? '';
  const place = placeOf(words.slice(0, cursor), context.root);
  const [, name = '', value = ''] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  if (place.valueOf && !(place.mayEnd && word.startsWith('-')))
    return valuesOf(wantedByOption(place.command, place.valueOf), word, context);
  if (name !== '' && !place.onlyArguments) {
    const option = optionsOf(place.command).find(({ long }) => long === name);
    if (!option || !takesValue(option)) return [];
    const found = await valuesOf(wantedByOption(place.command, option), value, context);
    return found.map((each) => ({ ...each, value: `${name}=${each.value}` }));
  }
  if (word.startsWith('-') && !place.onlyArguments) return optionsBegunWith(word, place);
  const commands =
    place.operands === 0
      ? visibleCommands(place.command).map((each) => ({
          value: each.name(),
          description: each.description(),
          kind: 'command' as const,
        }))
      : [];
  const { registeredArguments: known } = place.command;
  const argument = known[place.operands] ?? (known.at(-1)?.variadic ? known.at(-1) : undefined);
  const values = argument ? await valuesOf(wantedByArgument(place.command, argument), word, context) : [];
  return [...begunWith(commands, word), ...values];
}

interface Place {
  readonly command: Command;
  /** Arguments of the command that stand before. */
  readonly operands: number;
  /** The option whose value comes next. */
  readonly valueOf: Option | null;
  /** It has had a value, or needs none: another option may come. */
  readonly mayEnd: boolean;
  /** Options that stand before. */
  readonly given: ReadonlySet<Option>;
  /** After `--`. */
  readonly onlyArguments: boolean;
}

/** Where the words lead: as the program itself reads them. */
function placeOf(words: readonly string[], root: Command): Place {
  let command = root;
  let operands = 0;
  let onlyArguments = false;
  let pending: Option | null = null;
  let mayEnd = false;
  const given = new Set<Option>();
  for (const word of words) {
    if (pending !== null && !(mayEnd && isFlag(word))) {
      // One with several values takes words until another option begins.
      if (pending.variadic) mayEnd = true;
      else pending = null;
      continue;
    }
    pending = null;
    if (!onlyArguments && word === '--') onlyArguments = true;
    else if (!onlyArguments && isFlag(word)) {
      const [flag] = word.split('=', 1);
      const option = optionsOf(command).find(({ long, short }) => long === flag || short === flag);
      if (option) given.add(option);
      if (option && takesValue(option) && !word.includes('=')) pending = option;
      mayEnd = pending?.optional ?? false;
    } else {
      const below = operands === 0 && !onlyArguments ? childOf(command, word) : undefined;
      if (below) command = below;
      else operands++;
    }
  }
  return { command, operands, valueOf: pending, mayEnd, given, onlyArguments };
}

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';
const takesValue = (option: Option): boolean => option.required || option.optional;
const childOf = (command: Command, word: string): Command | undefined =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word));
const visibleCommands = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command);

/** Those of a command, and the one for help, which it does not list. */
function optionsOf(command: Command): Option[] {
  const help = new Option('-h, --help', 'display help for command');
  return [...command.options, help];
}

function optionsBegunWith(word: string, { command, given }: Place): readonly Candidate[] {
  const offered = optionsOf(command).filter((option) => !given.has(option) || option.variadic);
  return begunWith(
    offered.map((option) => ({
      value: option.long ?? option.short ?? '',
      description: option.description,
      kind: 'option' as const,
    })),
    word,
  );
}

async function valuesOf(wanted: Wanted, word: string, context: CompletionContext): Promise<readonly Candidate[]> {
  const choices = (wanted.choices ?? []).map((value) => ({ value, kind: 'value' as const }));
  const names = wanted.names ? await context.names(wanted.names, word) : [];
  const found = wanted.paths
    ? paths(word, { folder: context.folder, home: context.home, onlyFolders: wanted.paths === 'folders' })
    : [];
  return [...begunWith([...choices, ...names], word), ...found];
}

const begunWith = (candidates: readonly Candidate[], word: string): readonly Candidate[] =>
  candidates.filter(({ value }) => value.toLowerCase().startsWith(word.toLowerCase()));
