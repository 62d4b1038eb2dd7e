import { chores, type Draw, decisions, sentences } from './openspec-words.ts';

/** What one made-up change is about. */
export interface Topic {
  readonly folder: string;
  readonly title: string;
  readonly does: string;
  readonly capability: string;
  /** Whether openspec/specs has the capability already. */
  readonly known: boolean;
}

const some = (draw: Draw, from: readonly string[], least: number, spread: number): string[] =>
  Array.from({ length: least + draw.below(spread) }, () => draw.pick(from));

const bullets = (draw: Draw, mark: string, count: number): string =>
  some(draw, chores, count, 3)
    .map((chore) => `${mark} ${chore}`)
    .join('\n');

/** proposal.md in one of the ways that people write them. */
export const proposals: readonly ((topic: Topic, draw: Draw) => string)[] = [
  ({ title, capability }, draw) => `# Change: ${title}

## Why

${some(draw, sentences, 2, 3).join(' ')}

## What Changes

${bullets(draw, '-', 2)}
- **BREAKING** The old call answers 410

## Impact

- Affected specs: ${capability}
- Affected code: \`src/${capability}/\`
`,
  ({ title, capability, known }, draw) => `# ${title}

## Why

${some(draw, sentences, 2, 2).join('\n')}

## What Changes

${bullets(draw, '-', 3)}

## Capabilities

### New Capabilities
${known ? '' : `- \`${capability}\`: ${title}\n`}
### Modified Capabilities
${known ? `- \`${capability}\`: ${title}\n` : ''}
## Impact

| Part | What happens |
| --- | --- |
| \`src/${capability}\` | new code |
| database | one migration |
`,
  (_, draw) => `# Proposal

## Problem
${some(draw, sentences, 2, 2).join('\n\n')}

## Motivation

${draw.pick(sentences)}

## Solution

${bullets(draw, '*', 2)}
`,
  ({ title, does }, draw) => `---
author: someone
---

# ${title} #

## Summary

It shall ${does}.

## Why ##
${some(draw, sentences, 2, 1).join(' ')}

## What Changes
<!-- keep this short -->
1. ${draw.pick(chores)}
2. ${draw.pick(chores)}

\`\`\`md
## Impact
This heading is part of an example.
\`\`\`

## Impact
None beyond \`${title}\`.`,
  ({ title }, draw) => `${draw.pick(sentences)}

${title}: ${draw.pick(sentences)}
`,
];

/** tasks.md in one of the ways that people write them. `share`: how much of it is done. */
export const taskLists: readonly ((draw: Draw, share: number) => string)[] = [
  (draw, share) =>
    `${Array.from({ length: 2 + draw.below(3) }, (_, group) => {
      const tasks = some(draw, chores, 2, 4).map(
        (chore, at) => `- [${box(draw, share)}] ${group + 1}.${at + 1} ${chore}`,
      );
      return `## ${group + 1}. ${draw.pick(['Implementation', 'Setup', 'Tests', 'Roll out'])}\n\n${tasks.join('\n')}`;
    }).join('\n\n')}\n`,
  (draw, share) => `# Tasks

### Backend
${some(draw, chores, 2, 3)
  .map(
    (chore) =>
      `* [${box(draw, share)}] ${chore}\n    * [${box(draw, share)}] ${draw.pick(chores)}\n    * a note, not a task`,
  )
  .join('\n')}

### Frontend

+ [${box(draw, share)}] ${draw.pick(chores)}
`,
  (draw, share) => `## 1. Setup
1. [${box(draw, share)}] ${draw.pick(chores)}
2. [${box(draw, share)}] ${draw.pick(chores)}
   - [${box(draw, share)}] 2.1.a ${draw.pick(chores)}
10) [${box(draw, share)}] ${draw.pick(chores)}

An example of what is not work:

\`\`\`markdown
- [ ] 9.9 counted all the same
\`\`\`

## Later
- not a task
- [A link](https://example.com)
- [~] ${draw.pick(chores)}`,
  (draw, share) => `- [${box(draw, share)}] **1.1** ${draw.pick(chores)}
  continued on the next line
\t- [${box(draw, share)}] 1.1.1 ${draw.pick(chores)}
\t\t- [${box(draw, share)}] 1.1.1a ${draw.pick(chores)}
- [${box(draw, share)}] 1.2 ${draw.pick(chores)}

  A paragraph that belongs to 1.2.
-[${box(draw, share)}]1.3 no spaces
<!-- - [ ] out of use -->
`,
  (draw) => `# Tasks\n\n${bullets(draw, '-', 3)}\n`,
];

const box = (draw: Draw, share: number): string => (draw.chance(share) ? draw.pick(['x', 'x', 'x', 'X']) : ' ');

/** design.md. */
export function design({ title }: Topic, draw: Draw): string {
  const made = decisions.filter(() => draw.chance(0.6));
  return `# Design: ${title}

## Context

${some(draw, sentences, 1, 3).join(' ')}

## Goals / Non-Goals

**Goals:**
${bullets(draw, '-', 1)}

## Decisions

${made.map(([what, why], at) => `### ${at + 1}. ${what}\n\n${why}\n`).join('\n')}
\`\`\`ts
# no heading
export const answer = 42;
\`\`\`

## Risks / Trade-offs

- [It is slow] → measure first
`;
}

/** The main spec of a capability, with its requirements. */
export const mainSpec = (title: string, requirements: readonly string[]): string => `# ${title} Specification

## Purpose
It says what ${title.toLowerCase()} do, so that nobody has to read the code to know it.

## Requirements
${requirements.map((name) => requirement(name, 'answer within a second')).join('\n')}`;

/** A requirement with a scenario. */
const requirement = (name: string, does: string): string => `### Requirement: ${name}
The system SHALL ${does}.

#### Scenario: It works
- **WHEN** a customer uses it
- **THEN** the system answers
`;

/** The delta of one capability. */
export function delta({ title, does, known }: Topic, requirements: readonly string[], draw: Draw): string {
  const added = `## ADDED Requirements

${requirement(`${title} for everyone`, does)}
#### Scenario: Nothing to do
- **WHEN** there is nothing
- **THEN** it says so
`;
  const [first, second, third] = requirements;
  if (!known || !first || !second || !third) return added;
  const modified = `## MODIFIED Requirements\n\n${requirement(first, `${does} within a second`)}`;
  const removed = `## REMOVED Requirements\n\n### Requirement: ${second}\n**Reason**: ${draw.pick(sentences)}\n**Migration**: none\n`;
  const renamed = `## RENAMED Requirements\n\n- FROM: \`### Requirement: ${third}\`\n- TO: \`### Requirement: ${third} again\`\n`;
  return [added, ...[modified, removed, renamed].filter(() => draw.chance(0.5))].join('\n');
}
