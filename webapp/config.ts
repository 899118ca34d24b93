import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { DEFAULT_DESTINATIONS, type Destination, parseDestinations } from './bookings/destinations.ts';
import type { Mailbox } from './mail/letter.ts';
import { parseMailbox, parsePublicUrl, parseSmtpUrl, type SmtpServer } from './mail/settings.ts';
import { type Limit, parseLimit } from './throttling/rules.ts';
import type { CookieNames } from './web/cookies.ts';

export interface Config {
  readonly database: DatabaseConfig;
  /** The first signs; all of them verify, so that a rotated key logs nobody out. */
  readonly secretKeys: readonly [string, ...string[]];
  readonly cookies: CookieNames;
  readonly port: number;
  readonly probePort: number;
  readonly demoTraveller: boolean;
  /** Express' `trust proxy`; never `true`, which would believe any client. */
  readonly trustProxy: number | readonly string[] | false;
  readonly logLevel: LogLevel;
  readonly destinations: readonly Destination[];
  readonly password: PasswordConfig;
  readonly session: SessionConfig;
  readonly throttling: ThrottlingConfig;
  readonly bookings: BookingsConfig;
  readonly server: ServerConfig;
  /** Undefined where no mail is sent. */
  readonly mail: MailConfig | undefined;
}

export interface DatabaseConfig {
  readonly connection: DatabaseAddress;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly lockWaitSeconds: number;
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Absent: nothing is encrypted. */
  readonly tls?: DatabaseTls;
}

export interface DatabaseTls {
  /** The certificate must be for the host, not only be signed by somebody who is trusted. */
  readonly verifyIdentity: boolean;
  /** PEM of who is trusted; undefined: with `verifyIdentity` the well-known authorities, else anybody. */
  readonly caFile: string | undefined;
}

export interface PasswordConfig {
  readonly minimumLength: number;
  readonly hashConcurrency: number;
  readonly hashQueue: number;
  /** How long a link to choose a new password works. */
  readonly resetMinutes: number;
}

export interface SessionConfig {
  readonly idleMinutes: number;
  readonly maximumHours: number;
}

export interface ThrottlingConfig {
  /** Failures in a row of one username from one address. */
  readonly logIn: Limit | 'off';
  readonly logInAccount: Limit | 'off';
  readonly logInAddress: Limit | 'off';
  readonly passwordCheck: Limit | 'off';
  readonly registration: Limit | 'off';
  /** Forms about trips that one traveller sends, where mail is sent. */
  readonly tripForms: Limit | 'off';
  /** Links asked for by one client, and those for one e-mail address. */
  readonly passwordResetAddress: Limit | 'off';
  readonly passwordReset: Limit | 'off';
  /** Changes of name or e-mail address by one traveller, and requests to use one e-mail address. */
  readonly accountChange: Limit | 'off';
  readonly emailChange: Limit | 'off';
}

export interface BookingsConfig {
  /** For how long a cancellation can be undone; 0: not at all. */
  readonly undoMinutes: number;
  /** For how long a place is kept for who waited for it. */
  readonly offerHours: number;
  readonly sweepSeconds: number;
}

export interface ServerConfig {
  readonly bodyLimitKb: number;
  readonly keepAliveSeconds: number;
  /** Open at once; more are closed as they come. */
  readonly maximumConnections: number;
  readonly requestsPerConnection: number;
  /** After SIGTERM: how long requests are still accepted, each answer closing its connection. */
  readonly drainGraceSeconds: number;
  /** And then: how long those under way may take. */
  readonly drainSeconds: number;
}

export interface MailConfig {
  readonly server: SmtpServer;
  /** Certificates, in PEM, that the server's own is checked by; undefined: those that Node.js knows. */
  readonly authorities: string | undefined;
  readonly from: Mailbox;
  /** Where links in mails lead, without a slash at the end; never taken from a request, which anybody can forge. */
  readonly publicUrl: string;
  readonly connections: number;
  readonly timeoutSeconds: number;
  readonly intervalSeconds: number;
  readonly retrySeconds: number;
  readonly attempts: number;
  readonly lapseHours: number;
  /** How long a link to confirm an e-mail address works. */
  readonly confirmationMinutes: number;
}

export type LogLevel = (typeof LOG_LEVELS)[number];
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Its message names every setting that is wrong, one a line, and never a value that may be secret. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the settings of docs/reference-webapp.md; throws one ConfigError that tells all faults at once. */
export function readConfig(env: Environment): Config {
  const read = reader(env);
  const capacity = read.integer('CAPACITY_PER_DEPARTURE', 5, 1, 60_000);
  const database = databaseOf(read);
  const config: Config = {
    database,
    secretKeys: secretKeysOf(read),
    cookies: cookieNamesOf(read, database.connection),
    port: read.integer('PORT', 5000, 0, 65_535),
    probePort: read.integer('PROBE_PORT', 9090, 0, 65_535),
    demoTraveller: read.boolean('DEMO_TRAVELLER', false),
    trustProxy: trustProxyOf(read),
    logLevel: logLevelOf(read),
    destinations: destinationsOf(read, capacity),
    password: {
      minimumLength: read.integer('PASSWORD_MIN_LENGTH', 8, 6, 64),
      hashConcurrency: read.integer('HASH_CONCURRENCY', 1, 1, 16),
      hashQueue: read.integer('HASH_QUEUE', 100, 0, 10_000),
      resetMinutes: read.integer('PASSWORD_RESET_MINUTES', 60, 5, 1440),
    },
    session: {
      idleMinutes: read.integer('SESSION_IDLE_MINUTES', 120, 1, 43_200),
      maximumHours: read.integer('SESSION_MAX_HOURS', 24, 1, 8760),
    },
    throttling: {
      logIn: read.limit('LIMIT_LOG_IN', '10/1h'),
      logInAccount: read.limit('LIMIT_LOG_IN_ACCOUNT', '25/1h'),
      logInAddress: read.limit('LIMIT_LOG_IN_ADDRESS', '300/1h'),
      passwordCheck: read.limit('LIMIT_PASSWORD_CHECK', '10/1h'),
      registration: read.limit('LIMIT_REGISTRATION', '200/1h'),
      tripForms: read.limit('LIMIT_TRIP_FORMS', '120/1h'),
      passwordResetAddress: read.limit('LIMIT_PASSWORD_RESET_ADDRESS', '50/1h'),
      passwordReset: read.limit('LIMIT_PASSWORD_RESET', '5/1h'),
      accountChange: read.limit('LIMIT_ACCOUNT_CHANGE', '20/1h'),
      emailChange: read.limit('LIMIT_EMAIL_CHANGE', '5/1h'),
    },
    bookings: {
      undoMinutes: read.integer('CANCEL_UNDO_MINUTES', 10, 0, 1440),
      offerHours: read.integer('WAITLIST_OFFER_HOURS', 48, 1, 720),
      sweepSeconds: read.integer('WAITLIST_SWEEP_SECONDS', 30, 1, 3600),
    },
    server: {
      bodyLimitKb: read.integer('BODY_LIMIT_KB', 16, 4, 1024),
      keepAliveSeconds: read.integer('KEEP_ALIVE_SECONDS', 65, 1, 600),
      maximumConnections: read.integer('MAX_CONNECTIONS', 5000, 1, 1_000_000),
      requestsPerConnection: read.integer('REQUESTS_PER_CONNECTION', 1000, 0, 1_000_000),
      drainGraceSeconds: read.integer('DRAIN_GRACE_SECONDS', 3, 0, 300),
      drainSeconds: read.integer('DRAIN_SECONDS', 15, 1, 300),
    },
    mail: mailOf(read),
  };
  if (config.port === config.probePort && config.port !== 0) read.fault('PORT and PROBE_PORT must differ.');
  return read.done(config);
}

/** The settings of `migrate.js`, which needs nothing but a database. */
export function readMigrationConfig(env: Environment): {
  readonly connection: DatabaseAddress;
  readonly resultFile: string | undefined;
  readonly waitSeconds: number;
} {
  const read = reader(env);
  const connection = addressOf(read);
  return read.done({
    connection: {
      ...connection,
      user: read.text('DB_MIGRATION_USER') ?? connection.user,
      password: read.verbatim('DB_MIGRATION_PASSWORD') ?? connection.password,
    },
    resultFile: read.text('RESULT_FILE'),
    waitSeconds: read.integer('MIGRATE_WAIT_SECONDS', 60, 0, 3600),
  });
}

/** The settings of `check-database.js`. */
export function readCheckConfig(env: Environment): {
  readonly connection: DatabaseAddress;
  readonly resultFile: string | undefined;
} {
  const read = reader(env);
  return read.done({ connection: addressOf(read), resultFile: read.text('RESULT_FILE') });
}

type Reader = ReturnType<typeof reader>;

function reader(env: Environment) {
  const faults: string[] = [];
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  return {
    text,
    /** As it is: spaces at the ends of a password belong to it. */
    verbatim: (name: string): string | undefined => (text(name) === undefined ? undefined : env[name]),
    fault: (message: string) => void faults.push(message),
    integer(name: string, fallback: number, minimum: number, maximum: number): number {
      const value = text(name);
      if (value === undefined) return fallback;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= minimum && number <= maximum) return number;
      faults.push(`${name} must be a whole number from ${minimum} to ${maximum}.`);
      return fallback;
    },
    boolean(name: string, fallback: boolean): boolean {
      const value = text(name)?.toLowerCase();
      if (value === undefined) return fallback;
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      faults.push(`${name} must be true or false.`);
      return fallback;
    },
    limit(name: string, fallback: string): Limit | 'off' {
      const limit = parseLimit(text(name)?.toLowerCase() ?? fallback);
      if (limit === undefined)
        faults.push(`${name} must be a number and a time of at most 30 days, as 10/1h (s, m, h, d), or off.`);
      return limit ?? 'off';
    },
    done<T>(config: T): T {
      if (faults.length > 0) throw new ConfigError(faults);
      return Object.freeze(config);
    },
  };
}

function databaseOf(read: Reader): DatabaseConfig {
  return {
    connection: addressOf(read),
    poolSize: read.integer('DB_POOL_SIZE', 5, 1, 100),
    connectTimeoutMs: read.integer('DB_CONNECT_TIMEOUT_MS', 1000, 100, 60_000),
    queryTimeoutMs: read.integer('DB_QUERY_TIMEOUT_MS', 1500, 100, 60_000),
    lockWaitSeconds: read.integer('DB_LOCK_WAIT_SECONDS', 1, 1, 60),
  };
}

const NO_ADDRESS: DatabaseAddress = { host: '', port: 3306, user: '', password: '', database: '' };
const FORM = 'mysql://user:password@host:port/database';

/** From db_uri or, for a password that should not be percent-encoded, from its parts. */
function addressOf(read: Reader): DatabaseAddress {
  const uri = read.text('db_uri');
  const host = read.text('DB_HOST');
  const tls = tlsOf(read);
  if (uri !== undefined && host !== undefined) read.fault('db_uri and DB_HOST exclude one another: give one of them.');
  if (uri === undefined && host === undefined) read.fault(`db_uri is missing: ${FORM}; or DB_HOST and its like.`);
  const address = host === undefined ? addressOfUri(read, uri) : addressOfParts(read, host);
  // The driver would compare the certificate with another name than this.
  if (tls?.verifyIdentity === true && isIP(address.host) !== 0) {
    read.fault('DB_TLS verify-identity needs the name of the database server, not its address.');
  }
  return tls === undefined ? address : { ...address, tls };
}

function addressOfUri(read: Reader, value: string | undefined): DatabaseAddress {
  if (value === undefined) return NO_ADDRESS;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['mysql:', 'mysql+pymysql:'].includes(url.protocol) || url.hostname === '') {
    read.fault(`db_uri must have the form ${FORM} (mysql+pymysql:// is accepted).`);
    return NO_ADDRESS;
  }
  const decoded = decodedParts(url);
  if (!decoded) {
    read.fault('db_uri has a percent sign in its user, password or database that is not followed by two hex digits.');
    return NO_ADDRESS;
  }
  if (decoded.user === '') read.fault('db_uri names no user.');
  if (decoded.database === '') read.fault('db_uri names no database.');
  return { ...decoded, host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 3306 : Number(url.port) };
}

function addressOfParts(read: Reader, host: string): DatabaseAddress {
  const required = (name: string): string => {
    const value = read.text(name);
    if (value === undefined) read.fault(`${name} is missing, which DB_HOST needs.`);
    return value ?? '';
  };
  return {
    host,
    port: read.integer('DB_PORT', 3306, 1, 65_535),
    user: required('DB_USER'),
    password: read.verbatim('DB_PASSWORD') ?? required('DB_PASSWORD'),
    database: required('DB_NAME'),
  };
}

const TLS_MODES = ['off', 'required', 'verify-identity'];

function tlsOf(read: Reader): DatabaseTls | undefined {
  const mode = read.text('DB_TLS')?.toLowerCase() ?? 'off';
  const caFile = read.text('DB_TLS_CA_FILE');
  if (!TLS_MODES.includes(mode)) read.fault(`DB_TLS must be one of ${TLS_MODES.join(', ')}.`);
  if (mode === 'off' && caFile !== undefined) read.fault('DB_TLS_CA_FILE needs DB_TLS required or verify-identity.');
  return mode === 'off' ? undefined : { verifyIdentity: mode === 'verify-identity', caFile };
}

function decodedParts(url: URL): Pick<DatabaseAddress, 'user' | 'password' | 'database'> | undefined {
  try {
    return {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
  } catch {
    return undefined;
  }
}

function mailOf(read: Reader): MailConfig | undefined {
  const settings = {
    connections: read.integer('SMTP_CONNECTIONS', 2, 1, 50),
    timeoutSeconds: read.integer('SMTP_TIMEOUT_SECONDS', 20, 1, 600),
    intervalSeconds: read.integer('MAIL_INTERVAL_SECONDS', 10, 1, 3600),
    retrySeconds: read.integer('MAIL_RETRY_SECONDS', 30, 1, 3600),
    attempts: read.integer('MAIL_ATTEMPTS', 20, 1, 1000),
    lapseHours: read.integer('MAIL_LAPSE_HOURS', 24, 1, 720),
    confirmationMinutes: read.integer('EMAIL_CHANGE_MINUTES', 1440, 5, 10_080),
    authorities: read.text('SMTP_CA'),
  };
  const { authorities } = settings;
  if (authorities !== undefined && !authorities.includes('-----BEGIN CERTIFICATE-----')) {
    read.fault('SMTP_CA must be certificates in PEM.');
  }
  const url = read.text('SMTP_URL');
  if (url === undefined) return undefined;
  const server = parseSmtpUrl(url);
  const from = parseMailbox(read.text('MAIL_FROM') ?? '');
  const publicUrl = parsePublicUrl(read.text('PUBLIC_URL') ?? '');
  if (typeof server === 'string') read.fault(`SMTP_URL ${server}`);
  if (!from) read.fault('MAIL_FROM must be an address, as Some Name <name@example.com>, where SMTP_URL is set.');
  if (publicUrl === undefined) read.fault('PUBLIC_URL must be as https://example.com where SMTP_URL is set.');
  if (typeof server === 'string' || !from || publicUrl === undefined) return undefined;
  return { server, from, publicUrl, ...settings };
}

function secretKeysOf(read: Reader): readonly [string, ...string[]] {
  const current = read.text('secret_key');
  const previous = read.text('secret_key_previous');
  if (current === undefined) read.fault('secret_key is missing: at least 16 random characters.');
  else if (current.length < 16) read.fault('secret_key is too short: at least 16 random characters.');
  return previous === undefined ? [current ?? ''] : [current ?? '', previous];
}

/**
 * By its own setting, or else by where the database is, which differs between installations too. Never by `secret_key`, which
 * changes. Before names had a prefix they were `sid` and the like.
 */
function cookieNamesOf(read: Reader, { host, port, database }: DatabaseAddress): CookieNames {
  const byDatabase = createHash('sha256')
    .update(JSON.stringify([host, port, database]))
    .digest('hex')
    .slice(0, 8);
  const prefix = read.text('COOKIE_PREFIX');
  if (prefix === undefined) return { prefix: byDatabase, previous: [''] };
  if (!/^[\w.-]{1,100}$/.test(prefix))
    read.fault('COOKIE_PREFIX must be letters, digits, dots and dashes, at most 100.');
  return { prefix, previous: [byDatabase, ''] };
}

function trustProxyOf(read: Reader): Config['trustProxy'] {
  const value = read.text('TRUST_PROXY');
  if (value === undefined || value === 'false' || value === '0') return false;
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const parts = value.split(',').map((part) => part.trim());
  if (parts.every(isTrusted)) return parts;
  read.fault('TRUST_PROXY must be false, a number of proxies, or a list of addresses and networks.');
  return false;
}

/** What Express takes: one of its named ranges, an address, or a network. */
function isTrusted(part: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(part)) return true;
  const [address = '', prefix] = part.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    bits > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits))
  );
}

function logLevelOf(read: Reader): LogLevel {
  const value = read.text('LOG_LEVEL')?.toLowerCase() ?? 'info';
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) read.fault(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
  return level ?? 'info';
}

function destinationsOf(read: Reader, capacity: number): readonly Destination[] {
  const value = read.text('DESTINATIONS');
  if (value === undefined) return DEFAULT_DESTINATIONS.map((destination) => ({ ...destination, capacity }));
  const parsed = parseDestinations(value, capacity);
  if (typeof parsed !== 'string') return parsed;
  read.fault(`DESTINATIONS ${parsed}`);
  return [];
}
