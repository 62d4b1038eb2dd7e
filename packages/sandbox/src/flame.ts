import { taskScheme } from '@ratchet/runner/protocol';
import type { Compiled } from './compile.ts';
import type { Flame } from './sandbox.ts';
import { placeOf } from './stack.ts';

interface Node {
  readonly id: number;
  /** Milliseconds of its own. */
  readonly ms: number;
  readonly children: readonly number[];
  readonly frame: { name: string; url: string; line: number; column: number };
}
interface Growing {
  name: string;
  file: string | null;
  line: number | null;
  self: number;
  children: Map<string, Growing>;
}

const mostNodes = 50_000;
const mostDepth = 200;
/** The engine's own entries that are not work of the processor. */
const resting = new Set(['(idle)', '(root)']);
const shown = new Set(['(program)', '(garbage collector)']);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** Reads the nodes that a runner sent. They are its word: anything else than a node is left out. */
const readNodes = (value: unknown): Map<number, Node> => {
  const nodes = new Map<number, Node>();
  for (const given of Array.isArray(value) ? value.slice(0, mostNodes) : []) {
    if (!isRecord(given) || !isRecord(given.callFrame) || typeof given.id !== 'number') continue;
    const { functionName, url, lineNumber, columnNumber } = given.callFrame;
    const children = Array.isArray(given.children) ? given.children.filter((id) => typeof id === 'number') : [];
    const frame = {
      name: String(functionName),
      url: String(url),
      line: count(lineNumber),
      column: count(columnNumber),
    };
    nodes.set(given.id, { id: given.id, ms: Math.max(0, count(given.selfUs)) / 1000, children, frame });
  }
  return nodes;
};

/**
 * Makes a flame graph of a profile: frames of the task's own files with lines as they were written, the engine's own
 * functions by name, and what is ours counted to whoever called it. Null when there is nothing to show.
 */
export const flameOf = (profile: string, compiled: Compiled): Flame | null => {
  const given: unknown = JSON.parse(profile);
  const top: Growing = { name: 'execution', file: null, line: null, self: 0, children: new Map() };

  const frameIn = (under: Growing, { frame }: Node): Growing => {
    const ours = frame.url !== '' && !frame.url.startsWith(taskScheme);
    const nameless = frame.name === '';
    if (ours || (frame.url === '' && nameless)) return under;
    // Code that the engine has no place for has line 0.
    const placeless = frame.url === '' || frame.line < 1 || frame.column < 1;
    const place = placeless ? null : placeOf(compiled, frame.url, frame.line, frame.column);
    // What surrounds the author's code in a bundle is ours.
    if (frame.url !== '' && place === null) return under;
    const name = nameless ? (frame.line === 1 && frame.column === 1 ? '(top level)' : '(anonymous)') : frame.name;
    // What a bundle calls a function that its author exported without a name.
    const said = compiled.map !== null && /_default$/.test(name) ? 'default' : name;
    const key = JSON.stringify([said, place]);
    const held = under.children.get(key);
    if (held !== undefined) return held;
    const made = { name: said, file: place?.file ?? null, line: place?.line ?? null, self: 0, children: new Map() };
    under.children.set(key, made);
    return made;
  };
  /** How deep a tree goes is the runner's word, so that a list says what is left and not the stack. */
  const walk = (nodes: Map<number, Node>, root: Node): void => {
    const left: { node: Node; under: Growing; depth: number }[] = [{ node: root, under: top, depth: 0 }];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { node, under, depth } = next;
      const { name } = node.frame;
      const idle = resting.has(name);
      const hidden = idle || depth > mostDepth || (name.startsWith('(') && !shown.has(name));
      const into = hidden ? under : frameIn(under, node);
      if (!idle) into.self += node.ms;
      for (const id of node.children) {
        const child = nodes.get(id);
        // Taken out, so that nodes that name each other come to an end.
        if (nodes.delete(id) && child !== undefined)
          left.push({ node: child, under: into, depth: into === under ? depth : depth + 1 });
      }
    }
  };
  for (const thread of Array.isArray(given) ? given : []) {
    const nodes = readNodes(thread);
    const [root] = nodes.values();
    if (root === undefined) continue;
    nodes.delete(root.id);
    walk(nodes, root);
  }
  const flame = settle(top);
  return flame.value === 0 ? null : flame;
};

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

const settle = ({ name, file, line, self, children }: Growing): Flame => {
  const under = [...children.values()].map(settle).sort((a, b) => b.value - a.value);
  const value = under.reduce((sum, child) => sum + child.value, self);
  return { name, file, line, value: rounded(value), self: rounded(self), children: under };
};
