export interface Logger {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

/** The loggable part of an error: its message and those of its causes. Never an object, which might contain the body of a request. */
export function errorFields(error: unknown): { error: string } {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    const message = cause instanceof Error ? cause.message : JSON.stringify(cause);
    if (!messages.some((outer) => outer.includes(message))) messages.push(message);
  }
  return { error: messages.join(': ') };
}
