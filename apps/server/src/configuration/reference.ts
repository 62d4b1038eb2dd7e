import { bare, isSection, root, type Section, type Setting } from './every-setting.ts';

/** The page docs/reference/configuration.md. */
export function configurationReference(): string {
  return `${[intro, ...root.members.map(([, member]) => sectionText(member as Section))].join('\n\n')}\n`;
}

const intro = `<!-- Made from the schema by "ratchet config reference"; a test compares. -->
# Configuration

One YAML file, \`ratchet.yaml\`: the one named by \`--config\` or \`RATCHET_CONFIG\`, else the first of \`ratchet.yaml\`,
\`config/ratchet.yaml\` and \`<data folder>/ratchet.yaml\`. None is needed. How to write one: [guide](../guide/configure.md).

What counts: an option of \`ratchet serve\` (\`--set name=value\` for any), then an environment variable, then the file, then
the default. In variables, lists have commas, and what is marked JSON is JSON; an empty variable counts as not set. Paths of
the file are meant from its folder. \`restart\` says whether a change that is made through the server waits for its next start.
In the file, \`\${NAME}\` and \`\${NAME:-default}\` stand for environment variables and \`$\${\` for a plain \`\${\`; a key without a value counts as not
set. Secrets show as \`***\` wherever the configuration is shown.`;

function sectionText(section: Section): string {
  const rows = settingsOf(section).map(row);
  const head = ['| setting | type | default | variable | restart | meaning |', '|---|---|---|---|---|---|'];
  return [`## ${section.name}\n${section.description}.\n`, ...head, ...rows].join('\n');
}

const settingsOf = ({ members }: Section): Setting[] =>
  members.flatMap(([, member]) => (isSection(member) ? settingsOf(member) : [member]));

function row(setting: Setting): string {
  const { name, usual, environment, flag, live, secret, description } = setting;
  const names = [...environment.map(code), ...(flag ? [code(flag)] : [])].join('<br>');
  const cells = [
    code(name),
    typeOf(setting),
    usualText(usual),
    names,
    live ? 'no' : 'yes',
    `${secret ? 'Secret. ' : ''}${description}.`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const code = (text: string): string => `\`${text}\``;

const usualText = (usual: unknown): string =>
  usual === null || (Array.isArray(usual) && usual.length === 0)
    ? ''
    : code(typeof usual === 'string' ? usual : JSON.stringify(usual));

interface Bounds {
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
  readonly options?: readonly string[];
}

function typeOf({ kind, schema, isPath }: Setting): string {
  const { minValue, maxValue, options } = bare(schema) as Bounds;
  switch (kind) {
    case 'choice':
      return (options ?? []).map(code).join(', ');
    case 'integer':
    case 'number':
      return `${kind === 'integer' ? 'whole number' : 'number'}, ${minValue} to ${maxValue}`;
    case 'boolean':
      return '`true`, `false`';
    case 'list':
      return isPath ? 'list of paths' : 'list of texts';
    case 'json':
      return 'JSON';
    default:
      return isPath ? 'path' : 'text';
  }
}
