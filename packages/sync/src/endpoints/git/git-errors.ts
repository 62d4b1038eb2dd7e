import { EndpointError, type EndpointErrorCode } from '../../problem.ts';

interface Meaning {
  readonly when: RegExp;
  readonly code: EndpointErrorCode;
  readonly message: string;
  readonly transient: boolean;
}

/** What git says on standard error when it speaks to a remote, the first match decides. */
const meanings: readonly Meaning[] = [
  meaning(
    /couldn't find remote ref|Remote branch .* not found/,
    'branch_gone',
    'The branch does not exist in the repository any more.',
  ),
  meaning(
    /Host key verification failed|No .* host key is known|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'misconfigured',
    "The server's SSH host key is not the one in known hosts. Add it to the credential's known hosts if it is genuine.",
  ),
  meaning(
    /Load key .*(invalid format|error in libcrypto|incorrect passphrase)|Load key .*: bad/,
    'misconfigured',
    'The SSH key of the credential cannot be read. Store a private key in OpenSSH format without a passphrase.',
  ),
  meaning(
    /Permission denied \((publickey|password|keyboard)|Too many authentication failures/,
    'unauthenticated',
    'The server does not accept the SSH key.',
  ),
  meaning(
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 401|HTTP Basic: Access denied|Invalid username or/i,
    'unauthenticated',
    'The server does not accept the credential, or wants one and none is set.',
  ),
  meaning(
    /returned error: 403|Permission to \S+ denied|access denied|marked as read only|not allowed to|Write access to repository not granted|service not enabled/i,
    'denied',
    'The server knows the credential and denies it this access.',
  ),
  meaning(
    /detected dubious ownership/,
    'denied',
    'The repository folder belongs to another user than the one the server runs as.',
  ),
  meaning(
    /returned error: 30[1278]|unable to update url base from redirection/,
    'misconfigured',
    'The server redirects to another address. Use the address it leads to.',
  ),
  meaning(
    /SSL certificate|certificate verif|server certificate|self.signed certificate/i,
    'misconfigured',
    "The server's TLS certificate is not trusted.",
  ),
  meaning(/returned error: 429/, 'busy', 'The server asks to slow down.', true),
  meaning(/returned error: 5\d\d/, 'unreachable', 'The server answers with an error of its own.', true),
  meaning(
    /returned error: (404|410)|Repository not found|not found$|does not appear to be a git repository|does not exist|Could not find repository|repository exported|not a git repository/im,
    'not_found',
    'There is no git repository at this address, or the credential may not see it.',
  ),
  meaning(
    /transport '.*' not allowed|protocol '.*' is not supported|Unable to find remote helper/,
    'misconfigured',
    "The scheme of the repository's address is not supported.",
  ),
  meaning(
    /Could not resolve (host|proxy)|Name or service not known/i,
    'unreachable',
    'The host name has no address.',
    true,
  ),
  meaning(
    /Connection refused|Failed to connect|Couldn't connect|No route to host|Network is unreachable|unable to connect/i,
    'unreachable',
    'The server cannot be connected to.',
    true,
  ),
  meaning(/timed out|Timeout|too slow|Operation too slow/i, 'unreachable', 'The server did not answer in time.', true),
  meaning(
    /RPC failed|early EOF|hung up|unexpected disconnect|Connection reset|Connection closed|Broken pipe|expected flush|Empty reply|transfer closed|curl \d+|unable to access|Could not read from remote|bad line length|protocol error/i,
    'unreachable',
    'The connection to the server ended in the middle.',
    true,
  ),
  meaning(
    /No space left on device|Disk quota exceeded/,
    'busy',
    'The disk of the repository or of the server is full.',
    true,
  ),
];

function meaning(when: RegExp, code: EndpointErrorCode, message: string, transient = false): Meaning {
  return { when, code, message, transient };
}

/** The error that git's complaint about a remote stands for; null when the table does not know it. */
export function knownError(stderr: string): EndpointError | null {
  const found = meanings.find(({ when }) => when.test(stderr));
  return found ? new EndpointError(found.code, found.message, found.transient) : null;
}

/** For a complaint that is not in the table: git's own words may hold paths and addresses, so they stay out. */
export const unknownError = (doing: string, exitCode: number): EndpointError =>
  new EndpointError('unreachable', `Git failed while ${doing} (exit code ${exitCode}).`, true);

const maxLines = 20;
const maxLineLength = 500;

/**
 * The lines a server sent along with its answer to a push, fit to be shown: without control sequences, credentials and
 * folders of this machine (`hidden`).
 */
export function serverMessage(stderr: string, hidden: readonly string[]): string {
  const lines: string[] = [];
  for (const raw of stderr.split(/[\r\n]+/)) {
    const said = /^remote:\s?(.*)$/.exec(raw)?.[1];
    if (said === undefined) continue;
    const line = redact(plain(said), hidden).trimEnd();
    if (line !== '' && lines.length < maxLines) lines.push(line.slice(0, maxLineLength));
  }
  return lines.join('\n');
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const plain = (text: string): string =>
  text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above

/** Strikes user names from addresses, and every one of the hidden texts. */
export function redact(text: string, hidden: readonly string[]): string {
  let safe = text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, '$1');
  for (const secret of hidden) safe = safe.replaceAll(secret, '***');
  return safe;
}
