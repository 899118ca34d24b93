import { createLogger as createWinston, format, type Logger } from 'winston';
import Transport from 'winston-transport';
import { isoTime } from './iso-time.ts';

export type { Logger };

/** JSON lines on standard output. Fields must never hold secrets or anything that tells who a traveller is. */
export function createLogger(level: string): Logger {
  return createWinston({
    level,
    format: asJsonLine(),
    transports: [new StandardOutput()],
  });
}

/**
 * Lines of a tenth of a second are put together and written at once, which costs a tenth of writing each, and keeps no request waiting
 * for the line of the one before. Warnings and errors take what waits with them at once; so does the end of the process.
 */
class StandardOutput extends Transport {
  #waiting: (() => string)[] = [];
  #timer: NodeJS.Timeout | undefined;

  override log(info: Readonly<Record<symbol, string>>, done: () => void): void {
    const line = info[MESSAGE] ?? '';
    this.add(() => line, info[LEVEL] ?? '');
    done();
  }

  add(line: () => string, level: string): void {
    if (this.#waiting.push(line) >= MOST_WAITING || URGENT.has(level)) this.#flush();
    else this.#timer ??= this.#flushLater();
  }

  /** Listens for the end of the process only while lines wait, so that a logger that is idle can be collected. */
  #flushLater(): NodeJS.Timeout {
    process.once('exit', this.#flush);
    return setTimeout(this.#flush, LONGEST_WAIT_MS).unref();
  }

  readonly #flush = (): void => {
    process.off('exit', this.#flush);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) process.stdout.write(lines.map((line) => `${line()}\n`).join(''));
  };
}

/** What is logged of each request. */
export interface RequestLine {
  readonly level: 'info' | 'error';
  readonly message: string;
  readonly [field: string]: string | number | boolean;
}

/** Logs as the logger does; where its lines go to standard output and nowhere else, past its streams, which take longer than the line. */
export function requestLog(logger: Logger): (line: RequestLine) => void {
  return (line) => {
    const [output, ...more] = logger.transports;
    if (!(output instanceof StandardOutput) || more.length > 0) logger.log(line);
    else if (logger.isLevelEnabled(line.level)) {
      const at = Date.now();
      output.add(() => JSON.stringify({ ...line, timestamp: isoTime(at) }), line.level);
    }
  };
}

const [MESSAGE, LEVEL] = [Symbol.for('message'), Symbol.for('level')];
const URGENT = new Set(['error', 'warn']);
const LONGEST_WAIT_MS = 100;
const MOST_WAITING = 100;

/** One step instead of winston's three, which take three times as long on every request. */
const asJsonLine = format((info) => {
  const { error } = info;
  if (error instanceof Error) info.error = describeError(error);
  info.timestamp = isoTime(Date.now());
  info[MESSAGE] = JSON.stringify(info);
  return info;
});

/** What is useful of an error. MySQL quotes what travellers typed in its messages, and drivers add the statement: both stay out. */
function describeError(error: Error): Record<string, unknown> {
  const { code, errno } = error as Error & { code?: unknown; errno?: unknown };
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  // from the first quote to the last of any kind: what is quoted may have quotes in it
  const message = error.message.replace(/['"].*['"]/s, "'…'");
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, message, code, errno, stack, cause };
}
