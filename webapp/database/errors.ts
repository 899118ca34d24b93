import { CONFLICT, NOT_HERE, NOT_NOW } from './server-errors.ts';

/** MySQL cannot be reached, does not answer in time, takes no writes, or does not have the schema yet: 503, and the traveller may try again. */
export class DatabaseAwayError extends Error {
  constructor(options?: ErrorOptions) {
    super('The database is away', options);
    this.name = 'DatabaseAwayError';
  }
}

/** More is asked for than can be done in time: 503, and the traveller may try again. */
export class BusyError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`Too much at once: ${what}`, options);
    this.name = 'BusyError';
  }
}

/** What a transaction read before its first lock was no longer so after it: it is run again. */
export class ChangedMeanwhileError extends Error {
  constructor() {
    super('Changed by another transaction');
    this.name = 'ChangedMeanwhileError';
  }
}

/** Deadlock or lock wait timeout: the transaction was rolled back and may be run again as a whole. */
export function isLockConflict(error: unknown): boolean {
  return error instanceof ChangedMeanwhileError || CONFLICT.has(numberOf(error));
}

/** The server has no room, time or quota left: at another time the statement succeeds. */
export function isNotNow(error: unknown): boolean {
  return NOT_NOW.has(numberOf(error));
}

/** This server takes no writes: a new connection may lead to one that does. */
export function isNotHere(error: unknown): boolean {
  return NOT_HERE.has(numberOf(error));
}

/** One connection ended, whatever the driver calls that; others may be well. */
export function isLostConnection(error: unknown): boolean {
  if (LOST.has(codeOf(error)) || messageOf(error).includes('connection is in closed state')) return true;
  return isFatal(error) && !isOverdue(error) && !isUnreachable(error);
}

/** The driver says so of an error after which a connection is of no use, such as a last word of the server that answers nothing. */
function isFatal(error: unknown): boolean {
  return (rootOf(error) as { fatal?: unknown } | null | undefined)?.fatal === true;
}

/** No answer within the deadline, which a slow statement may cause as well as a database that is away. */
export function isOverdue(error: unknown): boolean {
  return codeOf(error) === 'ETIMEDOUT';
}

/** Nobody answers, or nobody can be let in. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has(codeOf(error)) || (nameOf(error).startsWith('SequelizeConnection') && !isPoolExhausted(error));
}

/** Every connection of the pool was in use for too long: many ask, which says nothing of the database. */
export function isPoolExhausted(error: unknown): boolean {
  return nameOf(error) === 'SequelizeConnectionAcquireTimeoutError';
}

/** Nothing is wrong with what was asked: at another time it succeeds. */
export function passesByItself(error: unknown): boolean {
  const isKnown = error instanceof DatabaseAwayError || error instanceof BusyError;
  return isKnown || isLockConflict(error) || isLostConnection(error) || isNotNow(error) || isNotHere(error);
}

/** The name of the unique index that refused a row, where that is what happened. */
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

/** Sequelize wraps what the driver said. */
function rootOf(error: unknown): unknown {
  const parent = (error as { parent?: unknown } | null | undefined)?.parent;
  return parent === undefined || parent === null ? error : rootOf(parent);
}

export function codeOf(error: unknown): string {
  const code = (rootOf(error) as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** MySQL's own; 0 where the error is not of the server. */
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
