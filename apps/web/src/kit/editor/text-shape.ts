/** What a text has besides its lines: set aside while it is edited, and restored. */
export interface TextShape {
  readonly bom: boolean;
  readonly crlf: boolean;
  readonly finalNewline: boolean;
}

export const plainShape: TextShape = { bom: false, crlf: false, finalNewline: true };

/** Whether its lines end in more than one way; then each line keeps its own end. */
export const mixesLineEnds = (text: string): boolean =>
  text.includes('\r') && (/(?:^|[^\r])\n/.test(text) || /\r(?!\n)/.test(text));

export function shapeOf(text: string): TextShape {
  return {
    bom: text.startsWith('\uFEFF'),
    crlf: text.includes('\r\n') && !mixesLineEnds(text),
    finalNewline: text === '' || text.endsWith('\n'),
  };
}

/** The lines without BOM, ended by LF unless each line is to keep its own end. */
export function barePlain(text: string, keepLineEnds: boolean): string {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return keepLineEnds || !bare.includes('\r') ? bare : bare.replaceAll('\r\n', '\n');
}

/** The text as an editor holds it, and what `closeText` needs to give it back byte for byte. */
export function openText(text: string): { readonly plain: string; readonly shape: TextShape } {
  return { plain: barePlain(text, mixesLineEnds(text)), shape: shapeOf(text) };
}

export function closeText(plain: string, { bom, crlf }: Pick<TextShape, 'bom' | 'crlf'>): string {
  return (bom ? '\uFEFF' : '') + (crlf ? plain.replaceAll('\n', '\r\n') : plain);
}

/** The shape of a merge: the remote's, but for what only the local side changed. */
export function mergedShape(base: TextShape, local: TextShape, remote: TextShape): TextShape {
  const pick = (key: keyof TextShape): boolean => (base[key] === remote[key] ? local[key] : remote[key]);
  return { bom: pick('bom'), crlf: pick('crlf'), finalNewline: pick('finalNewline') };
}
