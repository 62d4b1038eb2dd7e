import { editJson } from './json-edit.ts';
import { escapeStep, type Json, nodeAt, sameJson, scanJson, stepsOf } from './json-scan.ts';
import type { GivenHunk } from './merge-document.ts';

/** One value that both sides changed; undefined: it is not there on that side. */
export interface OpenMember {
  /** As the server names it. */
  readonly id: string;
  /** RFC 6901. */
  readonly pointer: string;
  readonly base: Json | undefined;
  readonly local: Json | undefined;
  readonly remote: Json | undefined;
}

export type MemberSide = 'local' | 'remote';
export type MemberChoices = Readonly<Record<string, MemberSide>>;
export type ValueHunk = GivenHunk & { readonly pointer?: string | undefined };

/** A file to decide value by value. */
export interface StructuredDocument {
  readonly members: readonly OpenMember[];
  /** The merge with the local value wherever a member is open; null: it cannot be written here. */
  readonly start: string | null;
  /** Pointers of what one side alone changed, so far as they were found here. */
  readonly settled: readonly string[];
}

export interface StructuredSides {
  readonly base: string | null;
  readonly local: string;
  readonly remote: string;
}

/** The members to decide: the server's hunks, else those found by comparing. null: the texts are not JSON. */
export function structuredDocument(
  sides: StructuredSides,
  suggested: string | null | undefined,
  hunks: readonly ValueHunk[] | null | undefined,
): StructuredDocument | null {
  if (hunks?.some((hunk) => hunk.kind === 'value')) {
    const members = hunks
      .filter((hunk) => hunk.kind === 'value')
      .map(({ id, pointer = '', base, local, remote }) => ({
        id,
        pointer,
        base: base as Json | undefined,
        local: local as Json | undefined,
        remote: remote as Json | undefined,
      }));
    const start = typeof suggested === 'string' && fits(suggested, members) ? suggested : null;
    return { members, start, settled: [] };
  }
  const [base, local, remote] = [sides.base ?? undefined, sides.local, sides.remote].map(parsed);
  if (base === null || !local || !remote) return null;
  const found: Found = { members: [], taken: [] };
  compare(base?.value, local.value, remote.value, '', found);
  let start: string | null = bare(sides.local);
  for (const { pointer, value } of found.taken) start = start === null ? null : editJson(start, pointer, value);
  return {
    members: found.members,
    start: start === null ? null : (sides.local.startsWith('\uFEFF') ? '\uFEFF' : '') + start,
    settled: found.taken.map(({ pointer }) => pointer),
  };
}

const bare = (text: string): string => text.replace(/^\uFEFF/, '');

function parsed(text: string | undefined): { readonly value: Json } | undefined | null {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(bare(text)) as Json };
  } catch {
    return null;
  }
}

/** Whether the suggestion has the local value of each member at its pointer: then the pointers are places in it. */
function fits(suggested: string, members: readonly OpenMember[]): boolean {
  const text = bare(suggested);
  const root = scanJson(text);
  return (
    root !== null &&
    new Set(members.map((member) => member.pointer)).size === members.length &&
    members.every(({ pointer, local }) => {
      const node = nodeAt(root, stepsOf(pointer));
      return sameJson(node ? (JSON.parse(text.slice(node.from, node.to)) as Json) : undefined, local);
    })
  );
}

interface Found {
  readonly members: OpenMember[];
  /** What the remote side alone changed. */
  readonly taken: { pointer: string; value: Json | undefined }[];
}
type Members = { readonly [key: string]: Json };

function compare(
  base: Json | undefined,
  local: Json | undefined,
  remote: Json | undefined,
  pointer: string,
  found: Found,
): void {
  if (sameJson(local, remote) || sameJson(base, remote)) return;
  if (sameJson(base, local)) {
    found.taken.push({ pointer, value: remote });
    return;
  }
  if (isObject(local) && isObject(remote) && (isObject(base) || base === undefined)) {
    const was = base ?? {};
    for (const key of new Set([...Object.keys(local), ...Object.keys(remote), ...Object.keys(was)]))
      compare(own(was, key), own(local, key), own(remote, key), `${pointer}/${escapeStep(key)}`, found);
    return;
  }
  found.members.push({ id: pointer || 'file', pointer, base, local, remote });
}

const isObject = (value: Json | undefined): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const own = (object: Members, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);

/** The file with these choices and the local value of what is open; null: it cannot be written here. */
export function structuredText({ start, members }: StructuredDocument, choices: MemberChoices): string | null {
  if (start === null) return null;
  const bom = start.startsWith('\uFEFF');
  let text: string | null = bare(start);
  const root = scanJson(text);
  for (const { id, pointer, local, remote } of members) {
    if (choices[id] !== 'remote') continue;
    // An element more or less moves those after it away from their pointers.
    const moves = (local === undefined) !== (remote === undefined);
    if (moves && root && nodeAt(root, stepsOf(pointer).slice(0, -1))?.kind === 'array') return null;
    text = text === null ? null : editJson(text, pointer, remote);
  }
  return text === null ? null : (bom ? '\uFEFF' : '') + text;
}

/** Members by the steps of their pointers. */
export interface MemberTree {
  readonly step: string;
  readonly pointer: string;
  readonly member: OpenMember | null;
  readonly children: readonly MemberTree[];
}

export function memberTree(members: readonly OpenMember[]): readonly MemberTree[] {
  interface Growing {
    step: string;
    pointer: string;
    member: OpenMember | null;
    children: Growing[];
  }
  const root: Growing = { step: '', pointer: '', member: null, children: [] };
  for (const member of members) {
    let node = root;
    for (const step of stepsOf(member.pointer)) {
      const pointer = `${node.pointer}/${escapeStep(step)}`;
      let child = node.children.find((one) => one.step === step && one.member === null);
      if (!child) {
        child = { step, pointer, member: null, children: [] };
        node.children.push(child);
      }
      node = child;
    }
    if (node === root) root.children.push({ step: 'The whole file', pointer: '', member, children: [] });
    else if (node.member === null && node.children.length === 0) node.member = member;
    else root.children.push({ step: member.pointer, pointer: member.pointer, member, children: [] });
  }
  return root.children;
}

/** The members of a part of the tree. */
export const membersIn = (tree: MemberTree): OpenMember[] => [
  ...(tree.member ? [tree.member] : []),
  ...tree.children.flatMap(membersIn),
];
