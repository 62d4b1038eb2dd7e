import reference from '../../../../../docs/reference/configuration.md?raw';

/** What is known of a setting besides its value, from the reference that is made of the server's own schema. */
export interface SettingNote {
  readonly name: string;
  readonly section: string;
  /** `whole number, 1 to 64`, `text`, `path`, `list of texts`, `JSON`, or choices. */
  readonly type: string;
  readonly choices: readonly string[];
  readonly usual: string;
  readonly variables: readonly string[];
  /** A change counts only after the next start. */
  readonly restart: boolean;
  readonly secret: boolean;
  readonly meaning: string;
}

export interface SettingSection {
  readonly name: string;
  readonly meaning: string;
  readonly settings: readonly SettingNote[];
}

const plain = (text: string): string => text.replaceAll('`', '').trim();
const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());

/** The tables of the reference, section by section. */
export function readReference(text: string): SettingSection[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [name = '', meaning = ''] = part.split('\n');
      const rows = part.split('\n').filter((line) => line.startsWith('| `'));
      return { name: name.trim(), meaning: meaning.trim(), settings: rows.map((row) => noteOf(name.trim(), row)) };
    });
}

function noteOf(section: string, row: string): SettingNote {
  const [name = '', type = '', usual = '', variables = '', restart = '', meaning = ''] = cellsOf(row);
  const secret = meaning.startsWith('Secret. ');
  return {
    name: plain(name),
    section,
    type: plain(type),
    choices: type.startsWith('`') ? type.split(',').map(plain) : [],
    usual: plain(usual),
    variables: variables.split('<br>').map(plain).filter(Boolean),
    restart: restart === 'yes',
    secret,
    meaning: secret ? meaning.slice('Secret. '.length) : meaning,
  };
}

export const settingSections: readonly SettingSection[] = readReference(reference);
