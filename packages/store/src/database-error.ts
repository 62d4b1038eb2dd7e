import { RatchetError } from '@ratchet/contract/errors';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';

/** What a taken unique key means to a person, by constraint. */
const taken: Readonly<Record<string, string>> = {
  repositories_name: 'There is a repository of this name already.',
  repositories_default: 'There is a default repository already.',
  credentials_name: 'There is a credential of this name already.',
  secrets_name: 'There is a secret of this name already.',
  tasks_place: 'There is a task at this place of the repository already.',
  conflicts_open: 'There is an open conflict at this place already.',
  schedules_name: 'There is a schedule of this name already.',
  output_destinations_name: 'There is an output destination of this name already.',
  jobs_idempotency: 'There is a job with this idempotency key already.',
  executions_idempotency: 'There is an execution with this idempotency key already.',
  batches_idempotency: 'There is a batch with this idempotency key already.',
  users_username: 'There is a user of this name already.',
  users_email: 'There is a user with this address already.',
};

/** What a broken reference means, by constraint. */
const referred: Readonly<Record<string, string>> = {
  repositories_credential_id_credentials_id_fk: 'A repository signs in with a credential that has gone, or still does.',
  tasks_repository_id_repositories_id_fk: 'A task belongs to a repository that has gone, or still does.',
};

/** Serialization failure and deadlock. */
const retryable = new Set(['40001', '40P01']);
/** Values no column takes: too long, out of range, no such time, not text, not of the type. */
const badValue = new Set(['22001', '22003', '22007', '22008', '22009', '22021', '22P02', '22P05']);
/** Connection failure, shutdown and start, too many connections, out of space, a server that only reads. */
const away = /^(08|57P0|53)|^25006$/;
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** The driver's own errors have no code. */
const driver =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

interface CodedError extends Error {
  code?: string;
  constraint?: string;
}

/** What the driver or the system threw, below what was wrapped around it. */
function originOf(error: unknown): CodedError | null {
  let origin: CodedError | null = null;
  for (let e = error; e instanceof Error; e = e.cause) {
    origin = e;
    if (typeof origin.code === 'string' && !(e instanceof RatchetError)) break;
  }
  return origin;
}

/** Whether a prepared statement's plan is older than what it reads: another version of the server has changed a table. */
export const isStalePlan = (error: unknown): boolean => {
  const origin = originOf(error);
  return origin?.code === '0A000' && /cached plan/.test(origin.message);
};

/** Whether the same transaction may succeed when it is tried again. */
export const isRetryable = (error: unknown): boolean =>
  retryable.has(originOf(error)?.code ?? '') || isStalePlan(error);

/** A database's error as one that crosses a surface; SQL and values stay behind. Other errors are answered as they came. */
export function translateDatabaseError(error: unknown): unknown {
  const origin = originOf(error);
  if (error instanceof RatchetError || !origin) return error;
  const { code = '', constraint = '' } = origin;
  const as = (...[kind, message]: [ConstructorParameters<typeof RatchetError>[0], string]) =>
    new RatchetError(kind, message, undefined, { cause: origin });

  if (network.has(code) || driver.test(origin.message)) return as('UNAVAILABLE', unreachable);
  if (!(origin instanceof pg.DatabaseError)) return error instanceof DrizzleQueryError ? origin : error;
  if (code === '23505') return as('ALREADY_EXISTS', taken[constraint] ?? 'It exists already.');
  if (code === '23503')
    return as('STATE_CONFLICT', referred[constraint] ?? 'What it refers to has gone, or something still refers to it.');
  if (badValue.has(code))
    return as('VALIDATION_FAILED', 'A value is out of range or malformed, and cannot be kept or compared.');
  if (code === '54000') return as('VALIDATION_FAILED', 'A name or a path is too long to be kept.');
  if (code === '55P03') return as('UNAVAILABLE', origin.message);
  if (away.test(code)) return as('UNAVAILABLE', unreachable);
  return as('INTERNAL', 'The database did not carry out a statement.');
}

const unreachable = 'The database cannot be reached now. Try again in a moment.';

/** Why a database cannot be opened, by SQLSTATE. */
const refused: Readonly<Record<string, string>> = {
  '28P01': 'The database refuses the user or the password in DATABASE_URL.',
  '28000': 'The database refuses the user in DATABASE_URL.',
  '3D000': 'The database that DATABASE_URL names does not exist. Create it first.',
  '42501': 'The user in DATABASE_URL may not create tables. Grant it CREATE on the database.',
};

/** An error while opening a server's database. */
export function translateOpenError(error: unknown): unknown {
  const message = refused[originOf(error)?.code ?? ''];
  return message
    ? new RatchetError('UNAVAILABLE', message, undefined, { cause: error })
    : translateDatabaseError(error);
}
