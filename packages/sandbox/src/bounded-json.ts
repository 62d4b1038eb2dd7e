/** The depth to which JSON text nests. Brackets within strings do not count. */
const depthOf = (text: string): number => {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > most) most = depth;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return most;
};

/**
 * Parses JSON that a task wrote; undefined when it nests deeper than `most` levels. The engine parses any depth, and then
 * runs out of stack in the first place that walks the value.
 */
export const parseBounded = (text: string, most: number): unknown => {
  // Text too short to nest so deep needs no look.
  if (text.length > most && depthOf(text) > most) return undefined;
  return JSON.parse(text);
};
