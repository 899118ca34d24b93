import { createLogger as createWinston, format, transports, type Logger } from 'winston';

export type { Logger };

/** JSON lines on standard output. Fields must never hold secrets or anything that tells who a traveller is. */
export function createLogger(level: string): Logger {
  return createWinston({
    level,
    format: format.combine(format.timestamp(), errorFields(), format.json()),
    transports: [new transports.Console()],
  });
}

/** What is useful of an error. MySQL quotes what travellers typed in its messages, and drivers add the statement: both stay out. */
const errorFields = format((info) => {
  const error = info.error;
  if (error instanceof Error) info.error = describeError(error);
  return info;
});

function describeError(error: Error): Record<string, unknown> {
  const { code, errno } = error as Error & { code?: unknown; errno?: unknown };
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  const message = error.message.replace(/'[^']*'/g, "'…'");
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, message, code, errno, stack, cause };
}
