/** Calls with the same key share one run: a call that comes during a run gets its result. */
export function singleFlight<Result>(run: (key: string) => Promise<Result>): (key: string) => Promise<Result> {
  const running = new Map<string, Promise<Result>>();
  return (key) => {
    const known = running.get(key);
    if (known) return known;
    const result = run(key).finally(() => running.delete(key));
    running.set(key, result);
    return result;
  };
}
