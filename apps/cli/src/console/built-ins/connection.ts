import { exitCodes, Failed } from '../../exit.ts';
import type { BuiltIn, Shell } from '../shell.ts';

/** An address of a server out of what was typed: a URL, a host, host:port, or a port alone. Throws for what is none. */
export function addressOf(host: string, port: string | undefined): string {
  const whole = /^https?:\/\//i.test(host) ? host : /^\d+$/.test(host) ? `http://127.0.0.1:${host}` : `http://${host}`;
  const url = URL.parse(whole);
  if (url?.username !== '' || url.password !== '')
    throw new Failed(
      `${JSON.stringify(host)} is no address: give HOST, HOST:PORT or a URL without a password.`,
      exitCodes.usage,
    );
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
    throw new Failed(`${JSON.stringify(port)} is no port: give 1 to 65535.`, exitCodes.usage);
  if (port !== undefined) url.port = port;
  else if (!/^https?:/i.test(host) && url.port === '') url.port = '8080';
  return url.href.replace(/\/+$/, '');
}

interface Wanted {
  readonly places: readonly string[];
  readonly token: string | undefined;
  readonly user: string | undefined;
}

function wantedOf(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Wanted {
  const places: string[] = [];
  let token: string | undefined;
  let user: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const [name, value] = (args[at] as string).split(/=(.*)/s, 2) as [string, string?];
    const given = () => {
      const text = value ?? args[++at];
      if (text === undefined || text === '') throw new Failed(`${name} needs a value.`, exitCodes.usage);
      return text;
    };
    if (name === '--token') token = given();
    else if (name === '--token-env') {
      const variable = given();
      token = env[variable];
      if (!token) throw new Failed(`The environment has no ${variable}.`, exitCodes.usage);
    } else if (name === '--user') user = given();
    else if (name.startsWith('-'))
      throw new Failed(`connect takes --token, --token-env and --user, not ${name}.`, exitCodes.usage);
    else places.push(args[at] as string);
  }
  if (places.length > 2) throw new Failed('Give one host and one port.', exitCodes.usage);
  return { places, token, user };
}

const say = ({ io, connection }: Shell): void => {
  const who = connection.user ? ` as ${connection.user}` : '';
  io.stdout.write(
    `${connection.state === 'connected' ? `Connected to ${connection.server}${who}.` : `${connection.server} is ${connection.state}.`}\n`,
  );
};

export const connectionBuiltIns: readonly BuiltIn[] = [
  {
    name: 'connect',
    usage: 'connect [HOST] [PORT] [--token KEY | --token-env VARIABLE | --user NAME]',
    description:
      'Go to a server, with a key, with the sign-in that is kept for it, or after signing in. Without a host: try again.',
    example: 'connect ratchet.example.org 8080 --user ann',
    async run(shell, args) {
      const { places, token, user } = wantedOf(args, shell.io.env);
      const [host, port] = places;
      const { connection } = shell;
      const here = await connection.connect(host === undefined ? connection.server : addressOf(host, port), token);
      if (!here)
        throw new Failed(
          `No server answers at ${connection.server}. It is tried again until one does; "disconnect" stops that.`,
          exitCodes.unreachable,
        );
      if (user !== undefined) {
        const code = await shell.runText(`login '${user.replaceAll("'", "'\\''")}'`);
        if (code !== 0) return code;
        await connection.whoChanged();
      }
      say(shell);
      return 0;
    },
  },
  {
    name: 'disconnect',
    usage: 'disconnect',
    description: 'Leave the server; the sign-in that is kept for it stays ("logout" ends that).',
    example: 'disconnect',
    run({ connection, io }) {
      connection.disconnect();
      io.stdout.write(`Left ${connection.server}. "connect" goes back.\n`);
      return 0;
    },
  },
];
