import { EditorCore } from './editor-core.tsx';
import type { CodeEditorProps } from './types.ts';

/** Edits a text as code. Line ends and BOM stay as they are in `value`. */
export default function CodeEditor({ onChange, ...rest }: CodeEditorProps) {
  return <EditorCore {...rest} onEdit={onChange} />;
}
