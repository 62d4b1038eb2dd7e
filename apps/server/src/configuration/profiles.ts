import { type Setting, settingNamed } from './every-setting.ts';

export const profileNames = ['minimal', 'development', 'staging', 'production', 'enterprise'] as const;
export type ProfileName = (typeof profileNames)[number];

interface Profile {
  readonly about: string;
  /** Settings that are written, by dotted name; a text that holds `${NAME}` takes the variable. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Settings that stand there as a comment, with a value to begin from. */
  readonly hint: Readonly<Record<string, unknown>>;
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the file
const deployed = {
  'server.host': '0.0.0.0',
  'server.public_url': '${RATCHET_PUBLIC_URL:-https://ratchet.example.org}',
  'server.trust_proxy': true,
  'database.url': '${DATABASE_URL:-postgresql://ratchet@localhost:5432/ratchet}',
  'database.data_dir': '/var/lib/ratchet',
  'auth.mode': 'password',
  'security.allowed_roots': ['/srv/ratchet'],
};

const profiles: Readonly<Record<ProfileName, Profile>> = {
  minimal: {
    about: 'As little as there is to say: everything else is the default.',
    set: { 'server.port': 8080 },
    hint: { 'database.data_dir': '~/.ratchet', 'auth.mode': 'password' },
  },
  development: {
    about: 'For one person on one machine: nobody signs in, and much is logged.',
    set: {
      'server.host': '127.0.0.1',
      'server.port': 8080,
      'database.data_dir': './data',
      'auth.mode': 'none',
      'execution.runners': 2,
      'execution.allow_private': ['127.0.0.0/8'],
      'logging.level': 'debug',
      'logging.format': 'text',
      'retention.executions_days': 7,
    },
    hint: { 'registry.sources': [{ name: 'mine', type: 'filesystem', path: '/srv/tasks' }] },
  },
  staging: {
    about: 'As production, with shorter memories: behind a proxy that speaks TLS.',
    set: {
      ...deployed,
      'execution.runners': 2,
      'logging.level': 'debug',
      'retention.executions_days': 7,
      'retention.logs_days': 7,
      'retention.recordings_days': 2,
    },
    hint: { 'server.tls.cert': './tls/cert.pem', 'server.tls.key': './tls/key.pem' },
  },
  production: {
    about: 'One or more nodes on one PostgreSQL, behind a proxy that speaks TLS.',
    set: {
      ...deployed,
      'database.pool_size': 16,
      'security.rate_limits.enabled': true,
      'registry.allow_private_networks': false,
      'execution.runners': 4,
      'graphql.introspection': false,
      'graphql.playground': false,
      'logging.level': 'info',
      'retention.executions_days': 30,
    },
    hint: {
      'server.tls.cert': '/etc/ratchet/tls/cert.pem',
      'server.tls.key': '/etc/ratchet/tls/key.pem',
      'auth.admin.password_file': '/run/secrets/ratchet-admin-password',
      'security.keys_file': '/run/secrets/ratchet-keys',
      'registry.pushback.branch_strategy': 'feature_branch',
    },
  },
  enterprise: {
    about: 'Many nodes, limits counted in one Redis, reviewed pushes, a long record of who did what.',
    set: {
      ...deployed,
      'server.allowed_hosts': ['ratchet.example.org'],
      'database.pool_size': 32,
      'auth.session_days': 1,
      'auth.access_token_minutes': 10,
      'security.rate_limits.redis_url': '${RATCHET_REDIS_URL:-redis://localhost:6379}',
      'security.rate_limits.daily.key': 100_000,
      'security.sign_in.attempts': 5,
      'security.audit.retention_days': 2555,
      'registry.allow_private_networks': false,
      'registry.pushback.branch_strategy': 'feature_branch',
      'registry.pushback.require_approval': true,
      'execution.runners': 8,
      'queue.concurrency': 8,
      'graphql.introspection': false,
      'graphql.playground': false,
      'logging.level': 'info',
      'logging.format': 'json',
      'observability.metrics_public': false,
      'retention.executions_days': 90,
      'retention.deliveries_days': 90,
    },
    hint: {
      'auth.admin.password_file': '/run/secrets/ratchet-admin-password',
      'security.keys_file': '/run/secrets/ratchet-keys',
      'security.cipher': 'chacha20-poly1305',
      'security.rate_limits.operations': { 'tasks.run': 600 },
      'output.allow_private': ['10.20.0.0/16'],
    },
  },
};
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of the file

/** A commented file to begin from. `schema`: where an editor finds the JSON Schema, from the file's folder or a URL. */
export function generateConfiguration(name: ProfileName, schema: string): string {
  const { about, set, hint } = profiles[name];
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    `# ${about}`,
    '# Every setting: docs/reference/configuration.md. Check with: ratchet config validate',
  ];
  let standing: readonly string[] = [];
  for (const setting of settingNamed.values()) {
    const given = Object.hasOwn(set, setting.name);
    if (!given && !Object.hasOwn(hint, setting.name)) continue;
    const sections = setting.path.slice(0, -1);
    const shared = sections.findIndex((key, i) => standing[i] !== key);
    const from = shared < 0 ? sections.length : shared;
    for (let depth = from; depth < sections.length; depth++) {
      if (depth === 0) lines.push('');
      lines.push(`${'  '.repeat(depth)}${sections[depth]}:`);
    }
    standing = sections;
    lines.push(...settingLines(setting, given ? set[setting.name] : hint[setting.name], given));
  }
  return `${lines.join('\n')}\n`;
}

function settingLines({ path, description }: Setting, value: unknown, given: boolean): string[] {
  const indent = '  '.repeat(path.length - 1);
  return [`${indent}# ${description}`, `${indent}${given ? '' : '#'}${path.at(-1)}: ${written(value)}`];
}

const written = (value: unknown): string =>
  typeof value === 'string' && /^[\w./~][\w./~-]*$/.test(value)
    ? value
    : typeof value === 'object'
      ? flow(value)
      : JSON.stringify(value);

const flow = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(flow).join(', ')}]`
    : value !== null && typeof value === 'object'
      ? `{ ${Object.entries(value)
          .map(([key, each]) => `${key}: ${flow(each)}`)
          .join(', ')} }`
      : written(value);
