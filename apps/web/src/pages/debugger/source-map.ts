/** A place in a file as its author wrote it; line and column from 1. */
export interface SourcePlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}
interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
  readonly originalColumn: number;
  readonly name: number | null;
}
export interface SourceMap {
  /** Null where the code is no author's. Line and column from 0, as the engine counts. */
  placeOf(line: number, column: number): SourcePlace | null;
  /** The author's names of what was renamed, by the name in the code that runs, whose text is given. */
  namesIn(text: string): ReadonlyMap<string, string>;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digitOf = new Map([...digits].map((digit, at) => [digit, at]));

/** The numbers of one segment: each in groups of five bits, the lowest first, its lowest bit the sign. */
export function decodeVlq(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = digitOf.get(digit);
    if (bits === undefined) throw new Error(`${JSON.stringify(digit)} is no digit of a source map.`);
    value += (bits & 31) * 2 ** shift;
    if (bits & 32) shift += 5;
    else {
      const size = Math.floor(value / 2);
      numbers.push(value % 2 === 1 ? -size : size);
      value = 0;
      shift = 0;
    }
  }
  return numbers;
}

function segmentsOf(mappings: string): Segment[][] {
  let [source, line, originalColumn, name] = [0, 0, 0, 0];
  return mappings.split(';').map((text) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const part of text.split(',')) {
      if (part === '') continue;
      const [byColumn = 0, bySource, byLine = 0, byOriginal = 0, byName] = decodeVlq(part);
      column += byColumn;
      if (bySource === undefined) continue;
      source += bySource;
      line += byLine;
      originalColumn += byOriginal;
      if (byName !== undefined) name += byName;
      segments.push({ column, source, line, originalColumn, name: byName === undefined ? null : name });
    }
    return segments;
  });
}

/** Reads a source map (version 3) as JSON. */
export function readSourceMap(json: string): SourceMap {
  const map = JSON.parse(json) as { sources: string[]; names?: string[]; mappings: string };
  const lines = segmentsOf(map.mappings);
  return {
    placeOf(line, column) {
      const found = (lines[line] ?? []).findLast((segment) => segment.column <= column);
      const url = found === undefined ? undefined : map.sources[found.source];
      return found === undefined || url === undefined
        ? null
        : { url, line: found.line + 1, column: found.originalColumn + 1 };
    },
    namesIn(text) {
      const names = new Map<string, string>();
      for (const [at, line] of text.split('\n').entries())
        for (const { column, name } of lines[at] ?? []) {
          const original = name === null ? undefined : map.names?.[name];
          const written = /^[\w$]+/.exec(line.slice(column))?.[0];
          if (original !== undefined && written !== undefined && written !== original) names.set(written, original);
        }
      return names;
    },
  };
}

const inline = /^data:application\/json;(?:charset=[^;,]+;)?base64,/;

/** A source map that its address holds; null where it holds none. */
export function mapOfUrl(url: string): SourceMap | null {
  if (!inline.test(url)) return null;
  const bytes = Uint8Array.from(atob(url.replace(inline, '')), (char) => char.charCodeAt(0));
  return readSourceMap(new TextDecoder().decode(bytes));
}
