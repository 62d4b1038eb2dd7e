import { encode } from '../task/text.ts';
import { type ChangeFiles, designName, metadataName, proposalName, tasksName } from './change-files.ts';
import { usualSchema } from './change-metadata.ts';

export interface NewChange {
  /** Left out: one to be filled in. */
  readonly proposal?: string | undefined;
  /** Left out: a list to be filled in. */
  readonly tasks?: string | undefined;
  /** Left out: there is none. */
  readonly design?: string | undefined;
  /** YYYY-MM-DD. */
  readonly created: string;
}

/** Why a folder cannot be that of a change, by OpenSpec's rules; null: it can. */
export function folderFault(folder: string): string | null {
  if (folder === 'archive') return 'archive is the folder of archived changes. Choose another name.';
  if (folder.length > 200) return 'The name of a change has 200 characters at most.';
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(folder)) return null;
  return 'The name of a change is made of lower-case letters, digits and single hyphens between words, as add-two-factor-auth.';
}

/**
 * The files of a new change as `openspec new change` begins one, with a proposal and tasks to be filled in. It validates once it has a
 * spec besides, or says skip_specs in .openspec.yaml.
 */
export function newChangeFiles(folder: string, { proposal, tasks, design, created }: NewChange): ChangeFiles {
  const files = new Map([
    [metadataName, encode(`schema: ${usualSchema}\ncreated: ${created}\n`)],
    [proposalName, encode(proposal ?? emptyProposal(folder))],
    [tasksName, encode(tasks ?? emptyTasks)],
  ]);
  if (design !== undefined) files.set(designName, encode(design));
  return files;
}

function emptyProposal(folder: string): string {
  const words = folder.replaceAll('-', ' ');
  return `# Change: ${words.slice(0, 1).toUpperCase()}${words.slice(1)}

## Why

<!-- Which problem this solves, and why now: one or two sentences -->

## What Changes

<!-- What will be different; mark what breaks with **BREAKING** -->

## Capabilities

### New Capabilities
<!-- - \`name\`: what it covers; each needs specs/<name>/spec.md -->

### Modified Capabilities
<!-- - \`name\`: which requirement changes -->

## Impact

<!-- Code, interfaces, dependencies, data -->
`;
}

const emptyTasks = `# Tasks

## 1. Implementation

- [ ] 1.1 Describe the first step, and how to see that it is done
`;
