/** One figure of a server. */
export interface Sample {
  readonly name: string;
  /** As it stands: `task="a",status="b"`. */
  readonly labels: string;
  readonly value: number;
  readonly type: string;
  readonly help: string;
}

const line = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

/** Figures out of the text that Prometheus reads; of histograms only sum and count. */
export function readMetrics(text: string): Sample[] {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const samples: Sample[] = [];
  for (const row of text.split('\n')) {
    const [, kind, about = '', rest = ''] = /^# (TYPE|HELP) (\S+) (.*)$/.exec(row) ?? [];
    if (kind === 'TYPE') types.set(about, rest);
    else if (kind === 'HELP') helps.set(about, rest);
    if (row.startsWith('#')) continue;
    const [, name, labels = '', given = ''] = line.exec(row) ?? [];
    const value = Number(given.replace('Inf', 'Infinity'));
    if (name === undefined || Number.isNaN(value) || name.endsWith('_bucket')) continue;
    const family = types.has(name) ? name : name.replace(/_(sum|count)$/, '');
    samples.push({ name, labels, value, type: types.get(family) ?? 'untyped', help: helps.get(family) ?? '' });
  }
  return samples;
}
