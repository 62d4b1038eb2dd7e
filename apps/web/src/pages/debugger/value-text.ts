import type { ObjectPreview, RemoteObject } from './cdp.ts';

const shown = 200;
const cut = (text: string): string => (text.length > shown ? `${text.slice(0, shown)}…` : text);

function previewText({ subtype, description, overflow, properties }: ObjectPreview): string {
  const list = subtype === 'array' || subtype === 'typedarray';
  const parts = properties.map(({ name, type, value = '' }) => {
    const text = type === 'string' ? JSON.stringify(value) : type === 'function' ? 'ƒ' : value || type;
    return list ? text : `${name}: ${text}`;
  });
  const all = [...parts, ...(overflow ? ['…'] : [])].join(', ');
  if (list) return `${description ?? 'Array'} [${all}]`;
  const name = description === undefined || description === 'Object' ? '' : `${description} `;
  return `${name}{${all === '' ? '' : ` ${all} `}}`;
}

/** A value as a person reads it, in one line. */
export function valueText(object: RemoteObject): string {
  const { type, subtype, value, unserializableValue, description, preview } = object;
  if (type === 'string') return cut(JSON.stringify(value));
  if (type === 'undefined') return 'undefined';
  if (subtype === 'null') return 'null';
  if (unserializableValue !== undefined) return unserializableValue;
  if (type === 'function') return cut(`ƒ ${(description ?? '').split('\n')[0] ?? ''}`);
  if (subtype === 'error') return cut((description ?? '').split('\n')[0] ?? '');
  if (preview) return cut(previewText(preview));
  return cut(description ?? String(value));
}
