/** How one program that works with agents is told of a server. */
export interface Style {
  readonly program: string;
  /** Where it looks, relative to the folder of the project, or below the home with `~`. */
  readonly file: string;
  /** Where in a JSON file its servers stand; null: the file is TOML. */
  readonly path: readonly string[] | null;
  /** An entry that starts a command. */
  command(command: string, args: readonly string[]): Record<string, unknown>;
  /** An entry of a server over HTTP; null: the program knows none. */
  readonly http: ((url: string) => Record<string, unknown>) | null;
  /** A whole file with one entry. */
  whole(name: string, entry: Record<string, unknown>): string;
}

/** A key does not belong into a file: each program fills in an environment variable in its own way. */
const variable = {
  shell: '$' + '{RATCHET_TOKEN}',
  env: '$' + '{env:RATCHET_TOKEN}',
  dollar: '$RATCHET_TOKEN',
  braces: '{env:RATCHET_TOKEN}',
};
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const json =
  (path: readonly string[]) =>
  (name: string, entry: Record<string, unknown>): string =>
    `${JSON.stringify(
      [...path, name].reduceRight<unknown>((inner, key) => ({ [key]: inner }), entry),
      null,
      2,
    )}\n`;

function jsonStyle(
  program: string,
  file: string,
  path: readonly string[],
  command: Style['command'],
  http: Style['http'],
): Style {
  return { program, file, path, command, http, whole: json(path) };
}

/** Of the programs' own documentation. */
export const agentStyles: Readonly<Record<string, Style>> = {
  claude: jsonStyle(
    'Claude Code',
    '.mcp.json',
    ['mcpServers'],
    (command, args) => ({ command, args, env: { RATCHET_TOKEN: variable.shell } }),
    (url) => ({ type: 'http', url, headers: bearer(variable.shell) }),
  ),
  'claude-desktop': jsonStyle(
    'Claude Desktop',
    process.platform === 'darwin'
      ? '~/Library/Application Support/Claude/claude_desktop_config.json'
      : '~/.config/Claude/claude_desktop_config.json',
    ['mcpServers'],
    // It fills in no variables: the command finds what "ratchet login" keeps.
    (command, args) => ({ command, args }),
    null,
  ),
  cursor: jsonStyle(
    'Cursor',
    '.cursor/mcp.json',
    ['mcpServers'],
    (command, args) => ({ command, args, env: { RATCHET_TOKEN: variable.env } }),
    (url) => ({ url, headers: bearer(variable.env) }),
  ),
  vscode: jsonStyle(
    'VS Code',
    '.vscode/mcp.json',
    ['servers'],
    (command, args) => ({ command, args, env: { RATCHET_TOKEN: variable.env } }),
    (url) => ({ type: 'http', url, headers: bearer(variable.env) }),
  ),
  windsurf: jsonStyle(
    'Windsurf',
    '~/.codeium/windsurf/mcp_config.json',
    ['mcpServers'],
    (command, args) => ({ command, args, env: { RATCHET_TOKEN: variable.env } }),
    (url) => ({ serverUrl: url, headers: bearer(variable.env) }),
  ),
  gemini: jsonStyle(
    'Gemini CLI',
    '.gemini/settings.json',
    ['mcpServers'],
    (command, args) => ({ command, args, env: { RATCHET_TOKEN: variable.dollar } }),
    (url) => ({ httpUrl: url, headers: bearer(variable.dollar) }),
  ),
  opencode: jsonStyle(
    'opencode',
    'opencode.json',
    ['mcp'],
    (command, args) => ({
      type: 'local',
      command: [command, ...args],
      environment: { RATCHET_TOKEN: variable.braces },
      enabled: true,
    }),
    (url) => ({ type: 'remote', url, headers: bearer(variable.braces), enabled: true }),
  ),
  codex: {
    program: 'Codex',
    file: '~/.codex/config.toml',
    path: null,
    command: (command, args) => ({ command, args, env_vars: ['RATCHET_TOKEN'] }),
    http: (url) => ({ url, bearer_token_env_var: 'RATCHET_TOKEN' }),
    // Texts and lists of texts are written alike in JSON and in TOML.
    whole: (name, entry) =>
      `[mcp_servers.${JSON.stringify(name)}]\n${Object.entries(entry)
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
        .join('')}`,
  },
};
