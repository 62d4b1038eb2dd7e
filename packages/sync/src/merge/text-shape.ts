/** The text of bytes, its BOM included; null when they are no text. */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What a text has besides its lines. */
export interface TextShape {
  readonly bom: boolean;
  readonly crlf: boolean;
  readonly finalNewline: boolean;
}

export function shapeOf(text: string): TextShape {
  const breaks = text.match(/\n/g)?.length ?? 0;
  const crlf = text.match(/\r\n/g)?.length ?? 0;
  return {
    bom: text.startsWith('\uFEFF'),
    crlf: breaks > 0 && crlf * 2 > breaks,
    finalNewline: text === '' || text.endsWith('\n'),
  };
}

/** Whether both LF and CRLF end lines: then no one line end stands for all, and each line keeps its own. */
export const mixesLineEnds = (text: string): boolean => text.includes('\r\n') && /(?:^|[^\r])\n/.test(text);

/** The lines alone: no BOM, a final newline, and LF unless the line ends are to be kept. */
export function plainText(text: string, keepLineEnds = false): string {
  const bare = text.replace(/^\uFEFF/, '');
  const lines = keepLineEnds ? bare : bare.replaceAll('\r\n', '\n');
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}

export function shaped(plain: string, shape: TextShape): string {
  const ended = shape.finalNewline ? plain : plain.replace(/\n$/, '');
  return (shape.bom ? '\uFEFF' : '') + (shape.crlf ? ended.replaceAll('\n', '\r\n') : ended);
}

/** The shape of a merge: the remote's, but for what only the local side changed. */
export function mergedShape(base: TextShape, local: TextShape, remote: TextShape): TextShape {
  const pick = (key: keyof TextShape): boolean => (base[key] === remote[key] ? local[key] : remote[key]);
  return { bom: pick('bom'), crlf: pick('crlf'), finalNewline: pick('finalNewline') };
}
