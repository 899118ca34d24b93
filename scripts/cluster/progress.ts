/** Tells how far a step is; shown with the time that it has taken so far. */
export type Report = (text: string) => void;

const HEARTBEAT_MS = 10_000;

/** Runs one step, saying what it does, how far it is and how long it took. Goes to stderr: stdout is for results. */
export async function step<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
  const started = performance.now();
  const line = (text: string) => `${title}: ${text} (${seconds(performance.now() - started)})`;
  let latest = '';
  let shown = '';
  const show = () => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line(latest).slice(0, process.stderr.columns - 1)}`);
    else if (latest !== shown) process.stderr.write(`${line(latest)}\n`);
    shown = latest;
  };
  process.stderr.write(process.stderr.isTTY ? `${title} ...` : `${title} ...\n`);
  const timer = setInterval(show, process.stderr.isTTY ? 200 : HEARTBEAT_MS);
  let end = 'failed';
  try {
    const result = await work((text) => (latest = text));
    end = 'done';
    return result;
  } finally {
    clearInterval(timer);
    process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${line(end)}\n`);
  }
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 99_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const whole = Math.round(milliseconds / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
