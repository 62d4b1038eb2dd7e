import fc from 'fast-check';

const blank = fc.constantFrom('', '', '', ' ', '  ', '    ', '\t', ' \t', '\u00a0', '\u3000', '\u2028', '\uFEFF', '\r');
const bullet = fc.constantFrom(
  '-',
  '-',
  '-',
  '*',
  '+',
  '1.',
  '12)',
  '999999999.',
  '1234567890.',
  '',
  '--',
  'a.',
  '-\u200b',
);
const sign = fc.constantFrom(
  '',
  ' ',
  'x',
  'X',
  '~',
  '-',
  '1',
  'xx',
  'é',
  '😀',
  '[',
  ']',
  '\t',
  '\u00a0',
  ' x',
  'x ',
  '  ',
  '\r',
  ' ~ ',
);
const behind = fc.constantFrom('', ' ', ' ', ' ', '(', '[', '](', '\t', '\u00a0', '\r');
const text = fc.constantFrom(
  '',
  'text',
  '1.1 text',
  '1.2.3a text',
  '1. text',
  '**1.1** text',
  'a `- [ ] b`',
  '- [ ] inner',
  '日本語 😀',
  'a\u2028b',
  'a\rb',
  '  two  ',
  '<!-- [x] -->',
);

const task = fc
  .tuple(
    blank,
    bullet,
    blank,
    fc.constantFrom('[', '[', '[', '['),
    sign,
    fc.constantFrom(']', ']', ']', ''),
    behind,
    text,
  )
  .map((parts) => parts.join(''));

const other = fc.constantFrom(
  '',
  '',
  '# Tasks',
  '## 1. Setup',
  '## 2. Build ##',
  '### Deep',
  '#no heading',
  '```',
  '```md',
  '~~~~',
  '    code',
  '- plain',
  '  - plain below',
  'a paragraph',
  '  indented words',
  '---',
  '<!--',
  '-->',
  '> - [ ] quoted',
  '\u0000',
);

/** Task lists as nobody should write them. */
export const nastyTaskList = fc
  .tuple(
    fc.constantFrom('', '', '', '\uFEFF'),
    fc.array(fc.tuple(fc.oneof(task, task, other), fc.constantFrom('\n', '\n', '\n', '\r\n', '\r')), { maxLength: 14 }),
    fc.constantFrom('', '', '- [ ] last'),
  )
  .map(([mark, lines, last]) => mark + lines.map((line) => line.join('')).join('') + last);
