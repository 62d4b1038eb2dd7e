import { RatchetError } from '@ratchet/contract/errors';
import type { RunnableTask } from './runnable-task.ts';

/** The values a task is granted, by name. */
export type SecretsOf = (taskId: string) => Promise<Readonly<Record<string, string>>>;

/** The secrets that a task's metadata says it needs. */
export const secretsNamed = ({ secrets }: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(secrets) ? [...new Set(secrets.filter((name) => typeof name === 'string'))] : [];

/** What the task is granted; a refusal where that is not what it needs, or cannot be had. */
export async function secretsFor(
  secretsOf: SecretsOf | undefined,
  { row }: RunnableTask,
): Promise<{ secrets: Readonly<Record<string, string>> } | { refusal: string }> {
  let secrets: Readonly<Record<string, string>>;
  try {
    secrets = (await secretsOf?.(row.id)) ?? {};
  } catch (error) {
    if (error instanceof RatchetError) return { refusal: `Its secrets cannot be opened. ${error.message}` };
    throw error;
  }
  const missing = secretsNamed(row.metadata).filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length === 0) return { secrets };
  const command = missing.map((name) => `ratchet secret grant ${name} ${row.id}`).join('; ');
  return { refusal: `The task needs ${missing.join(', ')}, which it is not granted. Grant it: ${command}` };
}
