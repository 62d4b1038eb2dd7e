/** How the documents of the fuzz are written: values are only ever added to, so that whoever edits overwrites nothing. */

const slots = 5;

/** Small, seeded, and the same everywhere: mulberry32. */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    pick: <T>(items: readonly T[]): T | undefined => items[below(items.length)],
  };
}
export type Random = ReturnType<typeof randomFrom>;

export const newSource = (): string =>
  `${Array.from({ length: slots }, (_, i) => `// slot ${i}:\nconst v${i} = ${i};\n\n`).join('')}(input) => ({ input, v0 })\n`;

export const newMetadata = (name: string, uuid: string | null): string =>
  `${JSON.stringify({ name, ...(uuid ? { uuid } : {}), version: '1.0.0', notes: { kept: 'as it is' } }, null, 2)}\n`;

/** Adds a value to one of the slots of a source. */
export function addToSource(source: string, value: string, random: Random): string {
  const slot = random.below(slots);
  const marked = new RegExp(`^(// slot ${slot}:.*)$`, 'm');
  return marked.test(source) ? source.replace(marked, `$1 ${value}`) : `// ${value}\n${source}`;
}

/** Adds a value to one of the notes of a metadata.json; null: it does not parse. */
export function addToMetadata(text: string, value: string, random: Random): string | null {
  try {
    const metadata = JSON.parse(text) as { notes?: Record<string, string> };
    const note = `n${random.below(slots)}`;
    const notes = { ...metadata.notes, [note]: `${metadata.notes?.[note] ?? ''} ${value}`.trim() };
    return `${JSON.stringify({ ...metadata, notes }, null, 2)}\n`;
  } catch {
    return null;
  }
}

/** Every value in a text: `V12.` */
export const valuesIn = (text: string): string[] => text.match(/V\d+\./g) ?? [];
