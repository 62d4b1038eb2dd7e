/** A pull request (GitLab: a merge request) as a forge tells of it. */
export interface PullRequest {
  /** Within the repository; GitLab's iid. */
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  /** Commit its branch stands at. */
  readonly head: string | null;
  readonly mergeCommit: string | null;
}

/** The pull requests of one repository on a forge. Throws EndpointError. */
export interface Forge {
  readonly type: 'github' | 'gitlab' | 'gitea';
  /** The open pull request from this branch of ours, if any. */
  findOpen(branch: string, base: string, signal?: AbortSignal): Promise<PullRequest | null>;
  get(number: number, signal?: AbortSignal): Promise<PullRequest | null>;
  create(
    draft: { readonly branch: string; readonly base: string; readonly title: string; readonly body: string },
    signal?: AbortSignal,
  ): Promise<PullRequest>;
  update(
    number: number,
    changes: { readonly title?: string; readonly body?: string },
    signal?: AbortSignal,
  ): Promise<PullRequest>;
  close(number: number, signal?: AbortSignal): Promise<void>;
  /** Deletes a branch of ours after its pull request ended; missing is fine. */
  deleteBranch(branch: string, signal?: AbortSignal): Promise<void>;
  /** Whether the credential can open pull requests here. */
  test(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly message: string }>;
}
