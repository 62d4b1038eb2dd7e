import { createContext, Script } from 'node:vm';
import { parse as parseTypeScript } from '@babel/parser';
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
  if (fault === tooDeep || fault === tooLong) return fault;
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
    return faultOf(error);
  }
}

const tooDeep: SyntaxFault = { message: 'It is nested too deeply to be parsed.', line: 1 };
const tooLong: SyntaxFault = { message: 'It takes too long to be parsed; make it simpler.', line: 1 };

function faultOf(error: unknown): SyntaxFault {
  if (error instanceof RangeError) return tooDeep;
  if (!isParseError(error)) throw error;
  return { message: `${error.message.replace(/ \(\d+:\d+\)$/, '').replace(/\.$/, '')}.`, line: error.loc.line };
}

const isParseError = (error: unknown): error is SyntaxError & { loc: { line: number } } =>
  error instanceof SyntaxError &&
  'loc' in error &&
  typeof error.loc === 'object' &&
  error.loc !== null &&
  'line' in error.loc;

/**
 * Milliseconds for one TypeScript file. The parser tries one reading and then another where one of `speculative` stands,
 * so that thirty of them, nested, can take hours. Few of them cannot: they need no watch, which costs more than they do.
 */
const timeLimit = 1000;
const speculative = /[(<?]|\binfer\b/g;
const harmless = 14;

const watched = { context: createContext({ attempt: (): void => undefined }), script: new Script('attempt()') };

function typescriptFault(code: string): SyntaxFault | null {
  try {
    within(
      code,
      () => void parseTypeScript(code, { sourceType: 'unambiguous', plugins: ['typescript', 'decorators'] }),
    );
    return null;
  } catch (error) {
    return isTimeout(error) ? tooLong : faultOf(error);
  }
}

/**
 * The syntax tree of code, in the form of Babel: a `File`. A lone function expression stands in brackets there. null: it
 * does not parse, or not in time.
 */
export function parseCode(code: string, type: 'javascript' | 'typescript'): unknown {
  const plugins = type === 'typescript' ? (['typescript', 'decorators'] as const) : [];
  for (const text of [code, `(${code.replace(/[\s;]+$/, '')}\n)`])
    try {
      let tree: unknown = null;
      within(text, () => {
        tree = parseTypeScript(text, { sourceType: 'unambiguous', plugins: [...plugins] });
      });
      return tree;
    } catch (error) {
      if (isTimeout(error) || error instanceof RangeError) return null;
      if (!isParseError(error)) throw error;
    }
  return null;
}

/** Runs a parser over code, watched where it may take long. */
function within(code: string, attempt: () => void): void {
  if ((code.match(speculative)?.length ?? 0) <= harmless) attempt();
  else runWatched(attempt);
}

function runWatched(attempt: () => void): void {
  watched.context.attempt = attempt;
  try {
    watched.script.runInContext(watched.context, { timeout: timeLimit });
  } finally {
    watched.context.attempt = () => undefined;
  }
}

/** Not an instance of Error: it is made in the other context. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
