import type { FlameFrame } from '@ratchet/contract/entities/trace';

/** A frame in its place. `id` is the way to it from the root: `0.2.1`. */
export interface FlameBox {
  readonly id: string;
  readonly parent: string | null;
  readonly frame: FlameFrame;
  readonly depth: number;
  /** 0 to 1, of the frame that is zoomed to. */
  readonly from: number;
  readonly width: number;
  /** A frame that the zoomed one lies in. */
  readonly around: boolean;
}

/** Narrower than this is not drawn. */
const narrowest = 0.0015;

/** The frame that an id names; undefined where there is none. */
export function frameAt(root: FlameFrame, id: string): FlameFrame | undefined {
  let here: FlameFrame | undefined = root;
  for (const part of id.split('.').slice(1)) here = here?.children[Number(part)];
  return here;
}

/** The boxes of a graph as it is zoomed: what lies around the frame fills the width, what lies in it shares it. */
export function flameBoxes(root: FlameFrame, zoom = '0'): FlameBox[] {
  const whole = Math.max(frameAt(root, zoom)?.value ?? root.value, Number.MIN_VALUE);
  const boxes: FlameBox[] = [];
  const left: Omit<FlameBox, 'around'>[] = [{ id: '0', parent: null, frame: root, depth: 0, from: 0, width: 1 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { id, frame, depth } = next;
    const around = id !== zoom && zoom.startsWith(`${id}.`);
    const inside = id === zoom || id.startsWith(`${zoom}.`);
    if (!around && !inside) continue;
    boxes.push({ ...next, around });
    let from = next.from;
    const under: Omit<FlameBox, 'around'>[] = [];
    for (const [index, child] of frame.children.entries()) {
      const width = around ? 1 : child.value / whole;
      if (around || width >= narrowest)
        under.push({
          id: `${id}.${index}`,
          parent: id,
          frame: child,
          depth: depth + 1,
          from: around ? 0 : from,
          width: Math.min(1, width),
        });
      if (!around) from += width;
    }
    left.push(...under.reverse());
  }
  return boxes;
}

/** Where the focus goes from a box by a key: to who called it, what it called, and its neighbours of the same depth. */
export function moveBox(boxes: readonly FlameBox[], id: string, key: string): string | null {
  const at = boxes.find((box) => box.id === id);
  if (at === undefined) return boxes[0]?.id ?? null;
  const row = boxes.filter(({ depth }) => depth === at.depth);
  const index = row.indexOf(at);
  const to = {
    ArrowUp: () => at.parent,
    ArrowDown: () => boxes.find(({ parent }) => parent === id)?.id,
    ArrowLeft: () => row[index - 1]?.id,
    ArrowRight: () => row[index + 1]?.id,
    Home: () => boxes[0]?.id,
    End: () => row.at(-1)?.id,
  }[key];
  return to?.() ?? null;
}

export const placeText = ({ file, line }: Pick<FlameFrame, 'file' | 'line'>): string =>
  file === null ? 'engine' : line === null ? file : `${file}:${line}`;

export interface TopFunction {
  readonly key: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly self: number;
  /** With what it called; a function that calls itself is counted once. */
  readonly total: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

/** The functions that took the most time themselves, the most first. */
export function topFunctions(root: FlameFrame, most = 50): TopFunction[] {
  const found = new Map<string, { frame: FlameFrame; self: number; total: number }>();
  const left: { frame: FlameFrame; callers: ReadonlySet<string> }[] = [{ frame: root, callers: new Set() }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { frame, callers } = next;
    const key = `${frame.name} ${placeText(frame)}`;
    const held = found.get(key) ?? { frame, self: 0, total: 0 };
    held.self += frame.self;
    if (!callers.has(key)) held.total += frame.value;
    found.set(key, held);
    const under = callers.has(key) ? callers : new Set([...callers, key]);
    for (const child of frame.children) left.push({ frame: child, callers: under });
  }
  const whole = Math.max(root.value, Number.MIN_VALUE);
  return [...found]
    .map(
      ([
        key,
        {
          frame: { name, file, line },
          self,
          total,
        },
      ]) => ({ key, name, file, line, self, total, share: self / whole }),
    )
    .filter(({ self }) => self > 0)
    .sort((a, b) => b.self - a.self)
    .slice(0, most);
}

/** Whether a frame is what somebody searches for: by its name or its file, without case. */
export const frameMatches = ({ name, file }: FlameFrame, text: string): boolean => {
  const wanted = text.trim().toLowerCase();
  return wanted !== '' && (name.toLowerCase().includes(wanted) || (file ?? '').toLowerCase().includes(wanted));
};

/** The same number for the same file, so that a file keeps its colour. */
export function hueOf({ file }: Pick<FlameFrame, 'file'>): number | null {
  if (file === null) return null;
  let hash = 0;
  for (const char of file) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash % 60;
}
