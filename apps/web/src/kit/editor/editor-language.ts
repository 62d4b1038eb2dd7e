import type { Extension } from '@codemirror/state';
import type { EditorLanguage } from './types.ts';

/** Above these sizes a text is shown without highlighting, checks and wrapping: they would hold the page up. */
const mostHighlighted = 1_000_000;
const longestLine = 20_000;

/** Whether a text is too large, or a line of it too long, for more than plain editing. */
export function isLarge(text: string): boolean {
  if (text.length > mostHighlighted) return true;
  if (text.length <= longestLine) return false;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const stop = end === -1 ? text.length : end;
    if (stop - at > longestLine) return true;
    at = stop + 1;
  }
  return false;
}

export interface JsonHelp {
  /** Asked each time. */
  readonly schema: () => object | null;
  /** Whether what is no JSON is marked. */
  readonly check: boolean;
}

/** The parser of a language, fetched when it is first needed. */
export async function loadLanguage(language: EditorLanguage, help?: JsonHelp): Promise<Extension> {
  switch (language) {
    case 'javascript':
    case 'typescript': {
      const { javascript } = await import('@codemirror/lang-javascript');
      return javascript({ typescript: language === 'typescript' });
    }
    case 'json': {
      const [{ json }, { schemaHelp, syntaxCheck }] = await Promise.all([
        import('@codemirror/lang-json'),
        import('./schema-help.ts'),
      ]);
      return help ? [json(), schemaHelp(help.schema), help.check ? syntaxCheck : []] : json();
    }
    case 'yaml': {
      const { yaml } = await import('@codemirror/lang-yaml');
      return yaml();
    }
    case 'markdown': {
      const { markdown } = await import('@codemirror/lang-markdown');
      return markdown();
    }
    case 'text':
      return [];
  }
}
