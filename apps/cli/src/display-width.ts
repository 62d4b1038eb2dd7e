const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a terminal shows in two columns: East Asian wide and full-width letters, and pictures. */
const wide =
  /^(?:[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{17000}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|.*\uFE0F)/u;
const none = /^(?:\p{Mn}|\p{Me}|\p{Cf})+$/u;

const widthOf = (letter: string): number => (none.test(letter) ? 0 : wide.test(letter) ? 2 : 1);

/** Columns that a text takes on a terminal. It has no control characters. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment);
  return width;
}

/** A text in so many columns at most, with `…` where something was left out. */
export function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = width + widthOf(segment);
    if (next > columns - 1) break;
    kept += segment;
    width = next;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** A text in exactly so many columns. */
export function fill(text: string, columns: number): string {
  const shown = fit(text, columns);
  return shown + ' '.repeat(Math.max(0, columns - displayWidth(shown)));
}
