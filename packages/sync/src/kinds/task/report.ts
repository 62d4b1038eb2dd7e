import type { SyncProblem } from '../../problem.ts';
import { storableText } from './json-value.ts';

/** Adds a problem; `line` is from 1. What a message quotes of a file is made fit to be stored. */
export type Report = (severity: SyncProblem['severity'], code: string, message: string, line?: number) => void;

/** Reports problems of one file to a list. */
export function reporter(problems: SyncProblem[], path: string): Report {
  return (severity, code, message, line) =>
    void problems.push({
      path,
      code,
      message: storableText(message),
      severity,
      ...(line === undefined ? {} : { line }),
    });
}
