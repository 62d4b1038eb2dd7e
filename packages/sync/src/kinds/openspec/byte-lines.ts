/** Where the lines of a file begin and end, in bytes. The end is without the `\n`. */
export interface ByteLine {
  readonly from: number;
  readonly to: number;
}

export function byteLines(bytes: Uint8Array): ByteLine[] {
  const lines: ByteLine[] = [];
  let from = 0;
  for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
    lines.push({ from, to });
    from = to + 1;
  }
  lines.push({ from, to: bytes.length });
  return lines;
}

/**
 * The byte at which a UTF-16 unit of the decoded text begins, counted from `from`. Bytes that are no UTF-8 count as decoding
 * counts them: one U+FFFD for the longest beginning of a character that there is.
 */
export function byteAt(bytes: Uint8Array, from: number, units: number): number {
  let at = from;
  for (let left = units; left > 0 && at < bytes.length; ) {
    const { length, wide } = characterAt(bytes, at);
    at += length;
    left -= wide ? 2 : 1;
  }
  return at;
}

function characterAt(bytes: Uint8Array, at: number): { length: number; wide: boolean } {
  const lead = bytes[at] ?? 0;
  const following = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  let length = 1;
  while (length <= following) {
    const byte = bytes[at + length] ?? 0;
    const [least, most] = length === 1 ? secondByte(lead) : [0x80, 0xbf];
    if (byte < least || byte > most) return { length, wide: false };
    length++;
  }
  return { length, wide: following === 3 };
}

/** What may follow a first byte: surrogates, too long forms and what is beyond Unicode are no UTF-8. */
function secondByte(lead: number): [least: number, most: number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

export interface ByteSplice {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** Replaces one range. */
export function spliceBytes(bytes: Uint8Array, { from, to, bytes: inserted }: ByteSplice): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + inserted.length);
  result.set(bytes.subarray(0, from));
  result.set(inserted, from);
  result.set(bytes.subarray(to), from + inserted.length);
  return result;
}
