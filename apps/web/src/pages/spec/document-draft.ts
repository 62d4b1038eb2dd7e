/** The documents of a change that are texts of their own. */
export type DocumentPath = 'proposal.md' | 'design.md' | 'tasks.md';

/** A document that is edited: what it was made of, and of which revision. */
export interface DocumentDraft {
  readonly base: string | null;
  readonly text: string;
  readonly revision: number;
}

/** What is stored now. */
export interface StoredDocument {
  readonly content: string | null;
  readonly revision: number;
}

export const begun = ({ content, revision }: StoredDocument): DocumentDraft => ({
  base: content,
  text: content ?? '',
  revision,
});

/**
 * The draft on top of what is stored now: where only other parts of the change moved, it rests on the new revision. Else it
 * stays on the one that it was made of, and the person has to bring both together.
 */
export const followed = (draft: DocumentDraft, { content, revision }: StoredDocument): DocumentDraft =>
  revision > draft.revision && content === draft.base ? { ...draft, revision } : draft;

export const isOvertaken = (draft: DocumentDraft, stored: StoredDocument): boolean =>
  stored.revision > draft.revision && stored.content !== draft.base;

export const isDirty = ({ base, text }: DocumentDraft): boolean => text !== (base ?? '');
