// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the console's variables, not ours.
import { RatchetError } from '@ratchet/contract/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandWords } from '../../src/console/language/expand.ts';
import { judge } from '../../src/console/language/judge.ts';
import { openWords } from '../../src/console/language/open-words.ts';
import { quoteAlike, quoteWord } from '../../src/console/language/quote-word.ts';
import { readStatements } from '../../src/console/language/read-statements.ts';
import { holdsSecret } from '../../src/console/language/secret-text.ts';
import { SyntaxFault } from '../../src/console/language/statement.ts';
import { Variables } from '../../src/console/language/variables.ts';

const env = { HOME: '/home/ann', EMPTY: '', WHERE: 'here' };
function variables(): Variables {
  const made = new Variables(env);
  made.set('A', 'one');
  made.set('SPACED', 'a  b');
  made.set('NOTHING', '');
  made.set('JSON', '{"list":[{"name":"deep"}],"n":2}');
  made.answered({ id: 'x-1', status: 'completed', output: { rows: [1, 2] } });
  made.ended(3);
  return made;
}
const commands = (text: string): string[][] => {
  const scope = variables();
  return readStatements(text).map(({ words }) => expandWords(words, scope));
};

describe('commands out of text', () => {
  it.each<[string, string[][]]>([
    ['', []],
    ['  \t ', []],
    ['task list', [['task', 'list']]],
    ['a;b ; c\nd', [['a'], ['b'], ['c'], ['d']]],
    ['# nothing\na # more\nb#c', [['a'], ['b#c']]],
    ['a \\\n  b', [['a', 'b']]],
    ['a\\\nb', [['ab']]],
    ['a\r\nb\r\n', [['a'], ['b']]],
    ["echo 'a $A \\ \"'", [['echo', 'a $A \\ "']]],
    ['echo "a $A \\$A \\" \\n"', [['echo', 'a one $A " \\n']]],
    ['echo a\'b c\'"d e"', [['echo', 'ab cd e']]],
    ['echo \'\' ""', [['echo', '', '']]],
    ["echo 'two\nlines'", [['echo', 'two\nlines']]],
    ['echo \\$A a\\ b', [['echo', '$A', 'a b']]],
    ['echo $A ${A} x${A}y "$A"', [['echo', 'one', 'one', 'xoney', 'one']]],
    ['echo $SPACED', [['echo', 'a  b']]],
    ['echo $NOTHING "$NOTHING" x', [['echo', '', 'x']]],
    ['echo ${NO:-d} ${NOTHING:-d} ${A:-d}', [['echo', 'd', 'd', 'one']]],
    ['echo ${NO:-} ${NO:+x} ${A:+--flag} ${NOTHING:+x}', [['echo', '--flag']]],
    ['echo "${NO:-a b $A}" ${NO:-\'$A\'} ${NO:-"x y"}', [['echo', 'a b one', '$A', 'x y']]],
    ['echo ${NO:-${ALSO:-${A}}}', [['echo', 'one']]],
    ['echo "${NO:-a\\}b}"', [['echo', 'a}b']]],
    ['echo ${ENV:WHERE} ${ENV:NO:-n} ${ENV:EMPTY:-e}', [['echo', 'here', 'n', 'e']]],
    ['echo $? ${?}', [['echo', '3', '3']]],
    [
      'echo $LAST ${LAST.status} ${LAST.output} ${LAST.output.rows.1}',
      [['echo', 'x-1', 'completed', '{"rows":[1,2]}', '2']],
    ],
    ['echo ${JSON.list.0.name} ${JSON.n} ${JSON.no:-none}', [['echo', 'deep', '2', 'none']]],
    ['echo $ 5$ $- a$', [['echo', '$', '5$', '$-', 'a$']]],
    ['echo ~/x ~ a~ "~"', [['echo', '/home/ann/x', '/home/ann', 'a~', '~']]],
    ['run x --input \'{"a": "$A"}\'', [['run', 'x', '--input', '{"a": "$A"}']]],
  ])('%j', (text, wanted) => {
    expect(commands(text)).toEqual(wanted);
  });

  it('knows the line of each', () => {
    expect(readStatements('a\n\n# b\nc \\\n d\ne').map(({ line }) => line)).toEqual([1, 4, 6]);
  });

  it.each<[string, number, boolean]>([
    ["a\n'b", 2, true],
    ['"a\n\n$A', 1, true],
    ['a \\', 1, true],
    ['a \\\n', 2, true],
    ['a ${B', 1, true],
    ['a ${B:-c', 1, true],
    ['a\nb ${}', 2, false],
    ['a ${B!}', 1, false],
  ])('%j is refused', (text, line, unfinished) => {
    try {
      readStatements(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxFault);
      expect(error).toMatchObject({ line, unfinished });
    }
  });

  it.each([
    ['echo $MISSING', /no variable MISSING.*set MISSING/],
    ['echo "${MISSING}"', /no variable MISSING/],
    ['echo ${LAST.nope}', /LAST has no member nope/],
    ['echo ${ENV:MISSING}', /environment has no MISSING/],
    ['echo ${A.b}', /A has no member b/],
  ])('%s says what is missing', (text, message) => {
    expect(() => commands(text)).toThrow(RatchetError);
    expect(() => commands(text)).toThrow(message);
  });

  it('is one argument again, whatever was quoted', () => {
    const quote = fc.constantFrom('' as const, "'" as const, '"' as const);
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\r', ''))),
        quote,
        (texts, open) => {
          expect(commands(texts.map(quoteWord).join(' ')).flat()).toEqual(texts);
          expect(commands(quoteAlike(texts, open).join(' ')).flat()).toEqual(texts);
        },
      ),
    );
  });

  it('never fails but with a fault, and never loses a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab $\'"\\{}:-+\n;#~.?') }), (text) => {
        try {
          for (const { line } of readStatements(text)) expect(line).toBeLessThanOrEqual(text.split('\n').length);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxFault);
        }
        openWords(text);
      }),
    );
  });

  it('a variable is one argument, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        const scope = new Variables({});
        scope.set('V', value);
        const [statement] = readStatements('echo $V "$V" x${V}');
        expect(expandWords(statement?.words ?? [], scope)).toEqual(['echo', value, value, `x${value}`]);
      }),
    );
  });
});

describe('the word that is typed', () => {
  it.each([
    ['', [''], '', ''],
    ['task', ['task'], 'task', ''],
    ['task ', ['task', ''], '', ''],
    ["task show 'CSV to", ['task', 'show', 'CSV to'], "'CSV to", "'"],
    ['task show "CSV', ['task', 'show', 'CSV'], '"CSV', '"'],
    ['task show CSV\\ t', ['task', 'show', 'CSV t'], 'CSV\\ t', ''],
    ['a; task sh', ['task', 'sh'], 'sh', ''],
    ["a 'x;y' b", ['a', 'x;y', 'b'], 'b', ''],
  ])('%j', (line, words, raw, quote) => {
    expect(openWords(line)).toEqual({ words, raw, quote });
  });
});

describe('variables', () => {
  it.each(['', '1', 'a-b', 'ENV', 'LAST', 'a b', '?'])('%j is no name', (name) => {
    expect(() => new Variables({}).set(name, 'x')).toThrow(RatchetError);
  });
  it('forgets what a script sets apart, and puts its arguments back', () => {
    const made = variables();
    const outer = made.inScript({ arguments: ['a', 'b'] });
    made.set('B', 'kept');
    const inner = made.inScript({ arguments: ['c'], apart: true });
    made.set('A', 'changed');
    made.set('C', 'new');
    expect([made.value('1'), made.value('2'), made.value('A')]).toEqual(['c', undefined, 'changed']);
    inner();
    expect([made.value('1'), made.value('2'), made.value('A'), made.value('C')]).toEqual(['a', 'b', 'one', undefined]);
    outer();
    expect([made.value('1'), made.value('B')]).toEqual([undefined, 'kept']);
  });
});

describe('assertions', () => {
  it.each<[string[], boolean]>([
    [['a', '==', 'a'], true],
    [['1', '==', '1.0'], true],
    [['a', '!=', 'a'], false],
    [['10', '>', '9'], true],
    [['10', '<=', '9'], false],
    [['b', '>', 'a'], true],
    [['abc', 'contains', 'b'], true],
    [['abc', 'matches', '^a.c$'], true],
    [['x'], true],
    [[''], false],
    [['false'], false],
    [[], false],
  ])('%j holds: %s', (args, holds) => {
    expect(judge(args) === null).toBe(holds);
  });
  it.each([[['a', '=', 'b']], [['a', '==']], [['a', '==', 'b', 'c']], [['a', 'matches', '(']]])(
    '%j is none',
    (args) => {
      expect(() => judge(args)).toThrow(RatchetError);
    },
  );
});

describe('a line with a secret', () => {
  it.each([
    'connect host --token abcdef',
    'task list --token=abc',
    'set API_TOKEN x',
    'set PASSWORD "a b"',
    'secret create x --input \'{"password":"hunter22"}\'',
    'output create a webhook --secret token=abc',
    'echo rk_live_123456789',
    'repo add x https://ann:word@git.example.org/x.git',
    'mcp call x \'{"headers":"Bearer abcdef123"}\'',
  ])('%s is not written down', (line) => {
    expect(holdsSecret(line)).toBe(true);
  });
  it.each([
    'task list',
    'set TASK "CSV to JSON"',
    'connect host 8080 --user ann',
    'repo add x https://git.example.org/x.git --token-env GIT_TOKEN',
    'user create ann --password-file pw',
    'secret list',
  ])('%s is', (line) => {
    expect(holdsSecret(line)).toBe(false);
  });
});
