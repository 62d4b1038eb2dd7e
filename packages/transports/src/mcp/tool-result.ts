import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Operation } from '@ratchet/contract/operation';
import type { ErrorAnswer } from './error-answer.ts';
import { renderText } from './render-text.ts';
import { wrappedIn } from './tool-schema.ts';

/** Where an answer that refuses says so to programs. */
export const refusedKey = 'ratchet/refused';

/** An answer as structured content by the tool's output schema, and as text. */
export function toolResult(operation: Operation, output: unknown): CallToolResult {
  const wrapped = wrappedIn(operation);
  const structured = wrapped === 'done' ? { done: true } : wrapped === 'result' ? { result: output } : output;
  const refused = operation.refused?.(output as never);
  const text = wrapped === 'done' ? 'Done.' : renderText(output);
  return {
    content: [{ type: 'text', text: refused ? `Refused: ${refused}.\n${text}` : text }],
    structuredContent: structured as Record<string, unknown>,
    ...(refused ? { _meta: { [refusedKey]: refused } } : {}),
  };
}

/**
 * An error that the model sees and can act on. It is text alone: clients check structured content against the tool's
 * output schema, which an error does not fit.
 */
export const toolError = (answer: ErrorAnswer): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text: JSON.stringify(answer) }],
});
