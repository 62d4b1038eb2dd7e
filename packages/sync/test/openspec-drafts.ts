import fc from 'fast-check';

/*
 * Changes as people draft them, good and bad, and specs that they are about.
 */

const name = fc.constantFrom('A', 'B', 'C', 'D', 'a', 'b  c', 'B ##', 'The system SHALL X', '');
const words = fc.constantFrom(
  'The system SHALL do it.',
  'It MUST not.',
  'It does.',
  '',
  '',
  '**ID**: 7',
  '**Note**: it MUST',
  '```\nIt SHALL\n```',
  '- a bullet that SHALL',
);
const scenario = fc.constantFrom(
  '#### Scenario: works\n- **WHEN** x\n- **THEN** y\n',
  '#### Scenario: works\n- **WHEN** x\n- **THEN** y\n',
  '#### Scenario: fails\n- **WHEN** x\n',
  '#### Scenario: fails ####\n- x\n',
  '#### Edge case\n- x\n',
  '#### Scenario: empty\n',
  '```\n#### Scenario: fenced\n- x\n```\n',
  '- Scenario: a bullet\n',
  '##### Deeper\n- x\n',
  '',
);
const heading = fc.constantFrom(
  '### Requirement: ',
  '### Requirement: ',
  '### Requirement: ',
  '###Requirement:',
  '### requirement: ',
  '### Requirements: ',
  '### ',
);
const requirement = fc
  .tuple(heading, name, words, fc.array(scenario, { maxLength: 3 }))
  .map(([head, called, text, scenarios]) => `${head}${called}\n${text}\n\n${scenarios.join('\n')}`);
const removal = fc.oneof(
  name.map((called) => `### Requirement: ${called}\n**Reason**: gone\n`),
  fc
    .tuple(fc.constantFrom('-', '*', '+', ' -'), name)
    .map(([bullet, called]) => `${bullet} ### Requirement: ${called}\n`),
  name.map((called) => `- \`### Requirement: ${called}\`\n`),
);
const from = fc
  .tuple(fc.constantFrom('- ', '* ', ''), name)
  .map(([bullet, called]) => `${bullet}FROM: \`### Requirement: ${called}\`\n`);
const to = fc
  .tuple(fc.constantFrom('- ', '+ ', ''), name)
  .map(([bullet, called]) => `${bullet}TO: ### Requirement: ${called}\n`);
const rename = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(from, to).map((ends) => ends.join('')) },
  { weight: 1, arbitrary: from },
  { weight: 1, arbitrary: to },
);

const section = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(requirement, { minLength: 1, maxLength: 3 })
      .map((all) => `## ADDED Requirements\n\n${all.join('\n')}`),
  },
  {
    weight: 4,
    arbitrary: fc.array(requirement, { maxLength: 2 }).map((all) => `## MODIFIED Requirements\n\n${all.join('\n')}`),
  },
  {
    weight: 3,
    arbitrary: fc.array(removal, { maxLength: 2 }).map((all) => `## REMOVED Requirements\n\n${all.join('\n')}`),
  },
  {
    weight: 3,
    arbitrary: fc.array(rename, { maxLength: 2 }).map((all) => `## RENAMED Requirements\n\n${all.join('')}`),
  },
  { weight: 2, arbitrary: requirement },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '## Purpose\nIt says what the capability is for, in a sentence or two.\n',
      '## Purpose\n<!-- none -->\n',
      '## Purpose\n# Odd\n',
      '## Notes\n\nwords\n',
      '## Added requirements\n',
      '## ADDED Requirements ##\n',
      '## \n',
      '# Delta\n',
      '```\n',
    ),
  },
);

/** A change with one plain delta, which OpenSpec takes. */
const good = fc
  .tuple(fc.constantFrom('A', 'B', 'N', 'M'), fc.constantFrom('ADDED', 'MODIFIED', 'ADDED'))
  .map(
    ([called, what]) =>
      `## ${what} Requirements\n\n### Requirement: ${called}\nThe system SHALL do it now.\n\n#### Scenario: works\n- **WHEN** x\n- **THEN** z\n`,
  );
const spec = fc
  .tuple(
    fc.oneof(
      good,
      good,
      fc.array(section, { maxLength: 4 }).map((all) => all.join('\n')),
    ),
    fc.constantFrom('', '', '', 'bom', 'crlf'),
  )
  .map(([text, form]) => (form === 'bom' ? `\uFEFF${text}` : form === 'crlf' ? text.replaceAll('\n', '\r\n') : text));

const tasks = fc.constantFrom(
  undefined,
  '## 1. A\n- [ ] 1.1 a\n- [x] 1.2 b\n',
  '## 1. A\n- [ ] 1.1 a\n- [ ] 1.1 b\n## 2. B\n- [ ] 1.2 c\n- [ ] 03.1 d\n## Later\n- [ ] 9.9 e\n',
  '## 01. A\r\n- [x] 1.1 a\r\n',
  '# Tasks\n- a\n- b\n',
  '---\ntags:\n  - a\n---\n```\n- code\n```\n<!--\n- no\n-->\n    - code\n\n1. one\n',
  'words\n',
  '',
);
const metadata = fc.constantFrom<(string | undefined)[]>(
  undefined,
  undefined,
  undefined,
  undefined,
  'schema: spec-driven\ncreated: 2025-10-02\n',
  'schema: spec-driven\nskip_specs: true\n',
  'schema: spec-driven\nskip_specs: "yes"\n',
  'skip_specs: true\n',
  'schema: other\nskip_specs: true\n',
  'schema: other\n',
  'schema: spec-driven\ncreated: today\nskip_specs: false\n',
  'schema: [\nskip_specs: true\n',
  'schema: [\n',
  'schema: spec-driven\nretire_capabilities: true\n',
  '',
);
const specPath = fc.constantFrom(
  'specs/one/spec.md',
  'specs/one/spec.md',
  'specs/two/spec.md',
  'specs/area/new/spec.md',
  'specs/new/spec.md',
  'specs/one/notes.md',
  'specs/one.md',
  'specs/spec.md',
  'specs/.hidden/spec.md',
  'specs/notes.txt',
);

/** Files of a change, by path. */
export const draftedChange: fc.Arbitrary<Record<string, string>> = fc
  .record({
    specs: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.dictionary(fc.constantFrom('specs/one/spec.md', 'specs/new/spec.md'), spec, {
          minKeys: 1,
          maxKeys: 1,
        }),
      },
      { weight: 2, arbitrary: fc.dictionary(specPath, spec, { maxKeys: 3 }) },
    ),
    'proposal.md': fc.constantFrom(
      undefined,
      '# A\n\n## Why\nshort\n\n## What Changes\n- x\n',
      `# A\n\n## Why\n${'long '.repeat(20)}\n\n## What Changes\n- x\n`,
      '',
    ),
    'tasks.md': tasks,
    '.openspec.yaml': metadata,
  })
  .map(({ specs, ...rest }) => ({
    ...specs,
    ...Object.fromEntries(Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    'kept.txt': 'kept',
  }));

const purpose = 'It says what the capability is for, in a sentence or two, so that nobody has to ask.';
const known = (called: string) =>
  `### Requirement: ${called}\nThe system SHALL do it.\n\n#### Scenario: works\n- **WHEN** x\n- **THEN** y\n`;

/** Main specs that drafted changes are about, path below openspec/specs → text. */
export const mainSpecs: Readonly<Record<string, string>> = {
  'one/spec.md': `# One Specification\n\n## Purpose\n${purpose}\n\n## Requirements\n\nA word before.\n\n${['A', 'B', 'C'].map(known).join('\n')}\n### Notes\n\nabsorbed\n\n## History\n\n\n- once\n`,
  'two/spec.md': `# Two Specification\r\n\r\n## Purpose\r\n${purpose}\r\n## Requirements\r\n${known('A').replaceAll('\n', '\r\n')}\r\n#### Scenario: fails\r\n- x`,
};

const says = (called: string) => known(called).replace('do it', 'do it now');
const renaming = (was: string, is: string) => `- FROM: \`### Requirement: ${was}\`\n- TO: \`### Requirement: ${is}\`\n`;

/** Deltas of the capability `one` that need several things to come together. */
export const rareDeltas: readonly string[] = [
  `## RENAMED Requirements\n${renaming('A', 'Z')}\n## MODIFIED Requirements\n${says('A')}`,
  `## RENAMED Requirements\n${renaming('A', 'Z')}\n## MODIFIED Requirements\n${says('Z')}`,
  `## RENAMED Requirements\n${renaming('A', 'Z')}\n## ADDED Requirements\n${says('Z')}`,
  `## RENAMED Requirements\n${renaming('A', 'Z')}${renaming('Z', 'Y')}\n## MODIFIED Requirements\n${says('Y')}`,
  `## RENAMED Requirements\n${renaming('A', 'B')}${renaming('B', 'A')}`,
  `## RENAMED Requirements\n${renaming('A', 'a')}\n## ADDED Requirements\n${says('New')}`,
  `## RENAMED Requirements\n${renaming('Gone', 'A')}`,
  `## RENAMED Requirements\n${renaming('A', 'Z')}\n## REMOVED Requirements\n- ### Requirement: a\n`,
  `## REMOVED Requirements\n${['A', 'B', 'C'].map((called) => `- ### Requirement: ${called}\n`).join('')}`,
  `## REMOVED Requirements\n${['A', 'B', 'C'].map((called) => `- ### Requirement: ${called}\n`).join('')}\n## ADDED Requirements\n${says('A2')}`,
  `## REMOVED Requirements\n### Requirement: C\n### Requirement: Long gone\n`,
  `## ADDED Requirements\n${known('A')}`,
  `## ADDED Requirements\n${known('A')}\n${says('New')}\n### Requirement: With code\nIt SHALL:\n\`\`\`\n\n\n## Requirements\n\`\`\`\n\n\n#### Scenario: s\n- x\n`,
  `## ADDED Requirements\n${says('b')}`,
  `## MODIFIED Requirements\n${known('A').replace('works', 'other')}`,
  `## MODIFIED Requirements\n${says('C')}\n#### Scenario: more\n- x\n\n## ADDED Requirements\n${says('New')}`,
];
