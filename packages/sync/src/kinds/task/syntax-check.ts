import { stripTypeScriptTypes } from 'node:module';
import { parse } from 'acorn';

export interface SyntaxFault {
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Why code cannot be parsed; null: it can. Taken are modules, scripts and a lone function expression, as the runner
 * takes them.
 */
export function syntaxFault(code: string, type: 'javascript' | 'typescript'): SyntaxFault | null {
  const attempt = type === 'typescript' ? typescriptFault : javascriptFault;
  const fault = attempt(code);
  return fault && /^\s*(?:\/[/*]|\(|async\b|function\b)/.test(code) && !attempt(`(${code}\n)`) ? null : fault;
}

function javascriptFault(code: string): SyntaxFault | null {
  const isModule = /\b(?:import|export|await)\b/.test(code);
  const asModule = isModule ? parseFault(code, 'module') : null;
  if (isModule && !asModule) return null;
  const asScript = parseFault(code, 'script');
  return asScript && (asModule ?? asScript);
}

function parseFault(code: string, sourceType: 'module' | 'script'): SyntaxFault | null {
  try {
    parse(code, { ecmaVersion: 'latest', sourceType, allowHashBang: true });
    return null;
  } catch (error) {
    if (error instanceof RangeError) return tooDeep;
    if (!isParseError(error)) throw error;
    return { message: `${error.message.replace(/ \(\d+:\d+\)$/, '')}.`, line: error.loc.line };
  }
}

const tooDeep: SyntaxFault = { message: 'It is nested too deeply to be parsed.', line: 1 };

const isParseError = (error: unknown): error is SyntaxError & { loc: { line: number } } =>
  error instanceof SyntaxError && 'loc' in error && typeof error.loc === 'object' && error.loc !== null && 'line' in error.loc;

function typescriptFault(code: string): SyntaxFault | null {
  try {
    stripTypeScriptTypes(code, { mode: 'transform' });
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof RangeError || error.name === 'RuntimeError') return tooDeep;
    if (!(error instanceof SyntaxError)) throw error;
    const line = Number(/^:(\d+)/.exec(error.stack ?? '')?.[1] ?? 1);
    return { message: error.message.endsWith('.') ? error.message : `${error.message}.`, line };
  }
}
