import { createLogger as createWinston, format, type Logger, transports } from 'winston';

export type { Logger };

/** JSON lines on standard output. Fields must never hold secrets or anything that tells who a traveller is. */
export function createLogger(level: string): Logger {
  return createWinston({
    level,
    format: format.combine(describedErrors(), format.timestamp(), format.json({ deterministic: false })),
    transports: [new transports.Console()],
  });
}

const describedErrors = format((info) => {
  const { error } = info;
  if (error instanceof Error) info.error = describeError(error);
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
