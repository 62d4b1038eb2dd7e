import type { EditorLanguage, Problem } from '../../../kit/editor/index.tsx';
import { jsonProblem } from '../../../kit/form/json-problem.ts';

const longest = 500_000;
const most = 20;

interface Parser {
  parse(text: string): {
    iterate(spec: { enter(node: { readonly type: { readonly isError: boolean }; readonly from: number }): void }): void;
  };
}

const parserOf: Partial<Record<EditorLanguage, () => Promise<Parser>>> = {
  javascript: async () => (await import('@codemirror/lang-javascript')).javascriptLanguage.parser,
  typescript: async () => (await import('@codemirror/lang-javascript')).typescriptLanguage.parser,
  yaml: async () => (await import('@codemirror/lang-yaml')).yamlLanguage.parser,
};

/** What is wrong with the form of a text, found here while it is typed; the server judges what is saved. */
export async function syntaxProblems(text: string, language: EditorLanguage): Promise<Problem[]> {
  if (text.length > longest) return [];
  if (language === 'json') return jsonProblems(text);
  const load = parserOf[language];
  if (!load) return [];
  const parser = await load();
  const found: Problem[] = [];
  const lines = new Set<number>();
  parser.parse(text).iterate({
    enter({ type, from }) {
      if (!type.isError || found.length >= most) return;
      const { line, column } = placeOf(text, from);
      if (lines.has(line)) return;
      lines.add(line);
      found.push({ line, column, message: 'The syntax is not right here.', severity: 'error' });
    },
  });
  return found;
}

function jsonProblems(text: string): Problem[] {
  if (text.trim() === '') return [];
  const found = jsonProblem(text.replace(/^\uFEFF/, ''));
  return found ? [{ line: found.line, column: found.column, message: found.message, severity: 'error' }] : [];
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
