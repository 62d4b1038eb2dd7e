/** Something wrong with the configuration, or risky in it, and where it stands. */
export interface Fault {
  /** The file, the variable or the option. */
  readonly where: string;
  /** In a file, from 1. */
  readonly line?: number;
  readonly column?: number;
  /** The dotted name; empty for the whole. */
  readonly setting: string;
  readonly message: string;
}

/** `ratchet.yaml:3:9: server.port: must be …` */
export function showFault({ where, line, column, setting, message }: Fault): string {
  const place = line === undefined ? where : `${where}:${line}:${column ?? 1}`;
  return `${place}: ${setting === '' ? '' : `${setting}: `}${message}`;
}
