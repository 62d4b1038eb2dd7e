import type { Redactor } from '../redact.ts';
import type { Preview, PropertyPreview, RemoteObject } from './cdp.ts';

const mostText = 500;
const mostNested = 100;
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);
const firstLines = (text: string): string => text.split('\n    at ', 1)[0] ?? '';

/** Shows values of a paused task as text. Secrets are taken out before anything is cut. */
export const createShow = (redactor: Redactor) => {
  /** The engine has cut this text already, perhaps through a secret. */
  const abbreviated = (text: string): boolean => text.length >= mostNested && text.includes('…');
  const nestedText = (text: string): string =>
    redactor.longest > 0 && abbreviated(text) ? '"(long text)"' : JSON.stringify(redactor.text(text));

  const property = (shown: PropertyPreview): string => {
    if (shown.valuePreview !== undefined) return preview(shown.valuePreview);
    const { type, value = '' } = shown;
    if (type === 'string') return nestedText(value);
    if (type === 'accessor') return '(getter)';
    if (type === 'function') return 'ƒ';
    return redactor.text(cut(firstLines(value), mostNested)) || type;
  };
  const entryText = (shown: Preview): string =>
    shown.type === 'string' ? nestedText(shown.description ?? '') : preview(shown);

  const preview = (shown: Preview): string => {
    const { description = '', subtype, properties, entries, overflow } = shown;
    if (shown.type !== 'object' || subtype === 'null') return redactor.text(cut(description, mostNested));
    if (subtype !== undefined && !['array', 'map', 'set', 'typedarray'].includes(subtype)) {
      return redactor.text(cut(firstLines(description), mostText));
    }
    const rest = overflow ? ['…'] : [];
    if (subtype === 'array' || subtype === 'typedarray') {
      const all = [...properties.map(property), ...rest].join(', ');
      return `${subtype === 'array' ? '' : `${description} `}[${all}]`;
    }
    if (entries !== undefined) {
      const pairs = entries.map(({ key, value }) => `${key ? `${entryText(key)} => ` : ''}${entryText(value)}`);
      return `${description} {${[...pairs, ...rest].join(', ')}}`;
    }
    const members = [...properties.map((held) => `${redactor.text(held.name)}: ${property(held)}`), ...rest];
    const name = description === 'Object' ? '' : `${redactor.text(description)} `;
    return `${name}{${members.join(', ')}}`;
  };

  return (value: RemoteObject): string => {
    const { type, subtype } = value;
    if (type === 'string') return cut(JSON.stringify(redactor.text(String(value.value))), mostText);
    if (type === 'undefined') return 'undefined';
    if (subtype === 'null') return 'null';
    if (type === 'function') {
      const head = /^[^{]*?(?:\)|=>)/.exec(value.description ?? '')?.[0] ?? value.description ?? '';
      return redactor.text(cut(head.replace(/\s+/g, ' '), mostNested)) || 'function';
    }
    if (value.preview !== undefined) return cut(preview(value.preview), mostText);
    const text = value.description ?? value.unserializableValue ?? String(value.value);
    return cut(redactor.text(firstLines(text)), mostText);
  };
};

export type Show = ReturnType<typeof createShow>;
