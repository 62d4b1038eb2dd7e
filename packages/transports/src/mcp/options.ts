import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import type { Operation } from '@ratchet/contract/operation';

export type McpLog = (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;

/** Pages of documentation, by name. */
export interface DocumentPages {
  list(): readonly { readonly name: string; readonly title: string }[];
  /** Markdown; null: there is no such page. */
  read(name: string): string | null;
}

/** What an MCP server is made of, whatever carries it. */
export interface McpOptions {
  readonly operations: readonly Operation[];
  readonly dispatcher: Dispatcher;
  readonly version: string;
  readonly log: McpLog;
  readonly documents?: DocumentPages;
  /** Tools, resources and prompts that a conformance suite asks for. Never where people work. */
  readonly fixtures?: boolean;
  /** Tool calls that run at the same time over the whole server; further ones wait, then are refused. 16 without. */
  readonly maxConcurrency?: number;
  /** Bytes of a tool's arguments as JSON, where its operation does not say. 16 MiB without. */
  readonly argumentLimit?: number;
  /** Milliseconds between two looks at what somebody has subscribed to. 1000 without. */
  readonly watchEveryMs?: number;
}

/** Who asks, for one request. */
export type CallerFor = (request: { readonly signal: AbortSignal; readonly authInfo?: unknown }) => Caller;
