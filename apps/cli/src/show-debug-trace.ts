import type { DebugTrace } from '@ratchet/contract/entities/debug';
import type { Output } from './output.ts';

const reasons: Readonly<Record<DebugTrace['pauses'][number]['reason'], string>> = {
  breakpoint: 'breakpoint',
  step: 'step',
  exception: 'exception',
  debugger_statement: 'debugger statement',
  entry: 'entry',
};

/** A debugged run for people: each stop with what it saw, then how it ended. */
export function showDebugTrace(out: Output, trace: DebugTrace): void {
  if (out.json) {
    out.line(JSON.stringify(trace, null, 2));
    return;
  }
  trace.pauses.forEach((pause, at) => {
    const where = `${pause.file}:${pause.line}:${pause.column}`;
    out.line(
      `#${at + 1} ${where} in ${pause.function}  ${out.dim(`${reasons[pause.reason]}, ${Math.round(pause.atMs)} ms`)}`,
    );
    if (pause.exception !== null) out.line(`  ${out.bad(pause.exception)}`);
    for (const { type, variables } of pause.scopes)
      for (const { name, value } of variables) out.line(`  ${out.dim(type.padEnd(8))} ${name} = ${value}`);
    for (const { expression, value, error } of pause.watches)
      out.line(`  ${out.dim('watch'.padEnd(8))} ${expression} = ${value ?? out.bad(error ?? '')}`);
    for (const frame of pause.stack.slice(1))
      out.line(`  ${out.dim(`from     ${frame.function} ${frame.file}:${frame.line}`)}`);
  });
  if (trace.truncated) out.line(out.dim(`It stopped more often; the first ${trace.pauses.length} are shown.`));
  for (const { file, line } of trace.unreached)
    out.line(`Never reached: ${file === undefined ? '' : `${file}:`}${line}`);
  for (const { level, message } of trace.logs) out.line(`${out.dim(level.padEnd(5))} ${message}`);
  if (trace.status === 'completed') out.line(`${out.good('completed')} ${JSON.stringify(trace.output)}`);
}
