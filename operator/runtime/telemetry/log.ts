export interface Logger {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

/** What to log of an error: its message and those of its causes, never an object that might hold a request's body. */
export function errorFields(error: unknown): { error: string } {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    const message = cause instanceof Error ? cause.message : JSON.stringify(cause);
    if (!messages.some((outer) => outer.includes(message))) messages.push(message);
  }
  return { error: messages.join(': ') };
}
