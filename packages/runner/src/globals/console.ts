import type { Realm } from './realm.ts';

/** console, into the execution's log; and how values look there. */
export function installConsole(realm: Realm): void {
  const { stringify } = realm.json;
  const { slice } = String.prototype;

  /** Values that one line still shows: a small graph can branch into more of them than there is memory. */
  let left = 0;
  const show = (value: unknown, depth: number, seen: readonly object[]): string => {
    left -= 1;
    if (left < 0) return '…';
    if (typeof value === 'string') return depth === 0 ? value : (stringify(value) as string);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'symbol') return value.toString();
    if (typeof value === 'function') return value.name === '' ? '[Function]' : `[Function: ${value.name}]`;
    if (typeof value !== 'object' || value === null) return `${value}`;
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Error)
      return typeof value.stack === 'string' && depth === 0 ? value.stack : `[${value.name}: ${value.message}]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return value.toString();
    if (value instanceof Promise) return 'Promise {}';
    if (depth > 4) return Array.isArray(value) ? '[Array]' : '[Object]';
    const path = [...seen, value];
    const inner = (held: unknown): string => show(held, depth + 1, path);
    const list = (items: string[], most: number, total: number): string =>
      [...items.slice(0, most), ...(total > most ? [`… ${total - most} more`] : [])].join(', ');
    if (Array.isArray(value)) return `[${list(value.slice(0, 100).map(inner), 100, value.length)}]`;
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const view = value as Uint8Array;
      return `${value.constructor.name}(${view.length}) [${list(Array.from(view.subarray(0, 100), inner), 100, view.length)}]`;
    }
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    if (value instanceof Map) {
      const pairs = [...value].slice(0, 100).map(([key, held]) => `${inner(key)} => ${inner(held)}`);
      return `Map(${value.size}) {${list(pairs, 100, value.size)}}`;
    }
    if (value instanceof Set)
      return `Set(${value.size}) {${list([...value].slice(0, 100).map(inner), 100, value.size)}}`;
    const keys = Object.keys(value);
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    const fields = keys.slice(0, 100).map((key) => {
      const held = Object.getOwnPropertyDescriptor(value, key);
      return `${/^[\w$]+$/.test(key) ? key : stringify(key)}: ${held?.get === undefined ? inner(held?.value) : '[Getter]'}`;
    });
    const label = typeof name === 'string' && name !== 'Object' && name !== '' ? `${name} ` : '';
    return fields.length === 0 ? `${label}{}` : `${label}{ ${list(fields, 100, keys.length)} }`;
  };
  realm.inspect = (value) => {
    try {
      left = 5000;
      return show(value, 0, []);
    } catch (error) {
      // Proxies and getters of the task may throw while they are looked at; the line says so instead of failing the run.
      return `[A value that cannot be shown: ${error instanceof Error ? error.name : typeof error}]`;
    }
  };

  const line = (level: string, values: unknown[]): void => {
    const [first, ...rest] = values;
    const taken = [...rest];
    let text =
      typeof first === 'string'
        ? first.replace(/%[sdifjoO%]/g, (mark) => {
            if (mark === '%%') return '%';
            if (taken.length === 0) return mark;
            const value = taken.shift();
            if (mark === '%d' || mark === '%f') return `${Number(value)}`;
            if (mark === '%i') return `${Number.parseInt(`${value}`, 10)}`;
            return mark === '%j' ? `${stringify(value)}` : realm.inspect(value);
          })
        : values.length === 0
          ? ''
          : realm.inspect(first);
    for (const value of taken) text += ` ${realm.inspect(value)}`;
    realm.host('log', stringify({ level, message: slice.call(text, 0, realm.limits.logLineBytes + 1) }) as string);
  };

  const counts = new Map<string, number>();
  const times = new Map<string, number>();
  const methods: Record<string, (...values: unknown[]) => void> = {
    log: (...values) => line('info', values),
    info: (...values) => line('info', values),
    debug: (...values) => line('debug', values),
    warn: (...values) => line('warn', values),
    error: (...values) => line('error', values),
    trace: (...values) => line('debug', [...values, new Error('Trace').stack]),
    dir: (value) => line('info', [value]),
    table: (value) => line('info', [value]),
    group: (...values) => line('info', values),
    groupEnd: () => undefined,
    assert: (holds, ...values) => {
      if (!holds) line('error', ['Assertion failed', ...values]);
    },
    count: (label = 'default') => {
      const count = (counts.get(`${label}`) ?? 0) + 1;
      counts.set(`${label}`, count);
      line('info', [`${label}: ${count}`]);
    },
    time: (label = 'default') => {
      times.set(`${label}`, Date.now());
    },
    timeEnd: (label = 'default') => {
      const began = times.get(`${label}`);
      times.delete(`${label}`);
      if (began !== undefined) line('info', [`${label}: ${Date.now() - began}ms`]);
    },
  };
  realm.define('console', methods);
}
