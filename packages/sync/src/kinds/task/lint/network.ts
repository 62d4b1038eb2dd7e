import type { Finding, Rule } from './finding.ts';
import { child, children, lineOf, type Node, nameOf, walk } from './syntax-tree.ts';

/** Calls of the global fetch. */
export function fetchCalls(program: Node, declared: ReadonlySet<string>): { node: Node; above: Node[] }[] {
  const found: { node: Node; above: Node[] }[] = [];
  if (!declared.has('fetch'))
    walk(program, (node, above) => {
      if (node.type === 'CallExpression' && nameOf(child(node, 'callee')) === 'fetch')
        found.push({ node, above: [...above] });
      return undefined;
    });
  return found;
}

/** Requests to a host that is written out and that the task's own list does not have. */
export const refusedHosts: Rule = function* ({ program, declared, metadata }) {
  const { network } = metadata;
  const allow = network !== null && typeof network === 'object' ? (network as { allow?: unknown }).allow : undefined;
  const hosts = Array.isArray(allow) ? allow.filter((host) => typeof host === 'string') : null;
  const constants = constantTexts(program);
  for (const { node } of fetchCalls(program, declared)) {
    const line = lineOf(node);
    if (hosts?.length === 0) {
      yield finding('fetch is called and network.allow is empty: every request will be refused.', line);
      continue;
    }
    const text = textStart(children(node, 'arguments')[0], constants);
    const url = text === null ? null : URL.parse(text);
    if (text !== null && /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^https?:/i.test(text))
      yield finding(`A task can reach http and https addresses, not ${JSON.stringify(text.slice(0, 100))}.`, line);
    else if (url && hosts && !hosts.some((host) => covers(host, url)))
      yield finding(`${url.host} is not in network.allow, which has ${hosts.join(', ')}: add it there.`, line);
  }
};

const finding = (message: string, line: number | undefined): Finding => ({
  code: 'network_not_allowed',
  message,
  line,
});

/** Texts that names at the top are bound to for good. */
function constantTexts(program: Node): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const statement of children(program, 'body'))
    if (statement.type === 'VariableDeclaration' && statement.kind === 'const')
      for (const one of children(statement, 'declarations')) {
        const [name, value] = [nameOf(child(one, 'id')), child(one, 'init')];
        if (name !== null && value?.type === 'StringLiteral') found.set(name, String(value.value));
      }
  return found;
}

/** A text, or what one begins with up to the first part that is not known, as long as that lies behind the host. */
function textStart(node: Node | undefined, constants: ReadonlyMap<string, string>): string | null {
  if (!node) return null;
  if (node.type === 'StringLiteral') return String(node.value);
  const name = nameOf(node);
  if (name !== null) return constants.get(name) ?? null;
  const start =
    node.type === 'TemplateLiteral'
      ? templateStart(node, constants)
      : node.type === 'BinaryExpression' && node.operator === '+'
        ? textStart(child(node, 'left') ?? undefined, constants)
        : null;
  return start !== null && /^https?:\/\/[^/?#]+[/?#]/i.test(start) ? start : null;
}

function templateStart(node: Node, constants: ReadonlyMap<string, string>): string {
  const [first, second] = children(node, 'quasis').map(cooked);
  const name = nameOf(children(node, 'expressions')[0]);
  const known = first === '' && name !== null ? constants.get(name) : undefined;
  return known === undefined ? (first ?? '') : known + (second ?? '');
}

const cooked = (quasi: Node): string => String((quasi.value as { cooked?: unknown } | undefined)?.cooked ?? '');

/** Whether a pattern of network.allow names a host: `api.example.org`, `*.example.org`, either with a port. */
function covers(pattern: string, { hostname, port, protocol }: URL): boolean {
  const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(pattern.trim().toLowerCase()) ?? [];
  if (wantedPort !== undefined && wantedPort !== (port || (protocol === 'https:' ? '443' : '80'))) return false;
  if (name === '*') return true;
  return name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : hostname === name;
}
