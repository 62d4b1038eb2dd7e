/** Where a text stops being JSON, from 1, and what is wrong there. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly message: string;
}

class Wrong extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z_$][\w$]*/y;
const deepest = 1000;

/**
 * The first thing that is wrong with a text that should be JSON; null for JSON. Browsers say it each in their own words, and
 * some without a place.
 */
export function jsonProblem(text: string): JsonProblem | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    try {
      const end = readValue(text, skip(text, 0), 0);
      const rest = skip(text, end);
      if (rest < text.length) throw new Wrong(rest, 'Nothing may follow after the value.');
    } catch (wrong) {
      if (wrong instanceof Wrong) return placed(text, wrong.at, wrong.message);
    }
    return placed(text, 0, error instanceof Error ? error.message : 'This is not JSON.');
  }
}

function placed(text: string, offset: number, message: string): JsonProblem {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n'), offset, message };
}

const skip = (text: string, at: number): number => {
  space.lastIndex = at;
  return at + (space.exec(text)?.[0].length ?? 0);
};

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

function readValue(text: string, at: number, depth: number): number {
  if (depth > deepest) throw new Wrong(at, 'This is nested too deep.');
  const char = text[at];
  if (char === undefined) throw new Wrong(at, 'The text ends where a value should be.');
  if (char === '"') return readString(text, at);
  if (char === '{') return readObject(text, at, depth);
  if (char === '[') return readList(text, at, depth);
  if (char === "'") throw new Wrong(at, 'Texts stand in double quotes.');
  const digits = match(number, text, at);
  if (digits !== '') {
    if (/[\w.]/.test(text[at + digits.length] ?? ''))
      throw new Wrong(at, 'This number is not written as JSON wants it.');
    return at + digits.length;
  }
  const said = match(word, text, at);
  if (said === 'true' || said === 'false' || said === 'null') return at + said.length;
  if (said !== '') throw new Wrong(at, `${said} is not a value: texts stand in double quotes.`);
  throw new Wrong(at, `A value should be here, not ${JSON.stringify(char)}.`);
}

function readString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return at + 1;
    if (char === '\n')
      throw new Wrong(from, 'This text is not closed on its line: close it, or write \\n for a new line.');
    if (char < ' ') throw new Wrong(at, 'A control character must be escaped.');
    if (char !== '\\') continue;
    const escaped = text.slice(at + 1, at + 6);
    if (!/^(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(escaped))
      throw new Wrong(at, 'There is no such escape: write \\\\ for a backslash.');
    at += escaped[0] === 'u' ? 5 : 1;
  }
  throw new Wrong(from, 'This text is not closed.');
}

function readList(text: string, from: number, depth: number): number {
  let at = skip(text, from + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skip(text, readValue(text, at, depth + 1));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',')
      throw new Wrong(
        at,
        text[at] === undefined ? 'This list is not closed: ] is missing.' : 'A comma or ] should be here.',
      );
    const comma = at;
    at = skip(text, at + 1);
    if (text[at] === ']') throw new Wrong(comma, 'No comma after the last item.');
  }
}

function readObject(text: string, from: number, depth: number): number {
  let at = skip(text, from + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') {
      if (text[at] === undefined) throw new Wrong(at, 'This object is not closed: } is missing.');
      throw new Wrong(at, 'The name of a member should be here, in double quotes.');
    }
    at = skip(text, readString(text, at));
    if (text[at] !== ':') throw new Wrong(at, 'A colon should be here.');
    at = skip(text, readValue(text, skip(text, at + 1), depth + 1));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',')
      throw new Wrong(
        at,
        text[at] === undefined ? 'This object is not closed: } is missing.' : 'A comma or } should be here.',
      );
    const comma = at;
    at = skip(text, at + 1);
    if (text[at] === '}') throw new Wrong(comma, 'No comma after the last member.');
  }
}
