import { CONFLICT, NOT_HERE, NOT_NOW } from './server-errors.ts';

/** MySQL cannot be reached, does not answer in time, takes no writes, or lacks the schema. Answered with 503 and Retry-After. */
export class DatabaseAwayError extends Error {
  constructor(options?: ErrorOptions) {
    super('The database is away', options);
    this.name = 'DatabaseAwayError';
  }
}

/** There is too much work to do it in time. Answered with 503 and Retry-After. */
export class BusyError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`Too much at once: ${what}`, options);
    this.name = 'BusyError';
  }
}

/** Another transaction changed a row that this one had read before its first lock. The transaction runs again. */
export class ChangedMeanwhileError extends Error {
  constructor() {
    super('Changed by another transaction');
    this.name = 'ChangedMeanwhileError';
  }
}

/** Deadlock or lock wait timeout. MySQL has rolled the transaction back, and it may run again as a whole. */
export function isLockConflict(error: unknown): boolean {
  return error instanceof ChangedMeanwhileError || CONFLICT.has(numberOf(error));
}

/** The server is out of room, time or quota. The same statement may succeed later. */
export function isNotNow(error: unknown): boolean {
  return NOT_NOW.has(numberOf(error));
}

/** This server takes no writes. A new connection may lead to one that does. */
export function isNotHere(error: unknown): boolean {
  return NOT_HERE.has(numberOf(error));
}

/** One connection was lost. Others may still work. */
export function isLostConnection(error: unknown): boolean {
  if (LOST.has(codeOf(error)) || messageOf(error).includes('connection is in closed state')) return true;
  return isFatal(error) && !isOverdue(error) && !isUnreachable(error);
}

/** The driver marks errors after which the connection is useless, such as a message that the server sends before it shuts down. */
function isFatal(error: unknown): boolean {
  return (rootOf(error) as { fatal?: unknown } | null | undefined)?.fatal === true;
}

/** There was no answer within the deadline: the statement is slow, or the database is away. */
export function isOverdue(error: unknown): boolean {
  return codeOf(error) === 'ETIMEDOUT';
}

/** The server does not answer, or lets nobody in. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has(codeOf(error)) || (nameOf(error).startsWith('SequelizeConnection') && !isPoolExhausted(error));
}

/** Every connection of the pool was in use for too long. That says nothing about the database. */
export function isPoolExhausted(error: unknown): boolean {
  return nameOf(error) === 'SequelizeConnectionAcquireTimeoutError';
}

/** The work was in order, and may succeed later. */
export function passesByItself(error: unknown): boolean {
  const isKnown = error instanceof DatabaseAwayError || error instanceof BusyError;
  return isKnown || isLockConflict(error) || isLostConnection(error) || isNotNow(error) || isNotHere(error);
}

/** The name of the unique index that refused the row. Undefined for any other error. */
export function duplicateKeyOf(error: unknown): string | undefined {
  if (codeOf(error) !== 'ER_DUP_ENTRY') return undefined;
  return /for key '(?:[^'.]*\.)?([^'.]+)'/.exec(messageOf(rootOf(error)))?.[1];
}

export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === 'ER_NO_SUCH_TABLE';
}

const LOST = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_SESSION_WAS_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
]);
const UNREACHABLE = new Set([
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ER_CON_COUNT_ERROR',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
]);

/** The driver's error, which Sequelize wraps. */
function rootOf(error: unknown): unknown {
  const parent = (error as { parent?: unknown } | null | undefined)?.parent;
  return parent === undefined || parent === null ? error : rootOf(parent);
}

export function codeOf(error: unknown): string {
  const code = (rootOf(error) as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** MySQL's error number. 0 if the error does not come from the server. */
function numberOf(error: unknown): number {
  const number = (rootOf(error) as { errno?: unknown } | null | undefined)?.errno;
  return typeof number === 'number' && number > 0 ? number : 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
