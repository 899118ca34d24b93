const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago a time was, as kubectl writes it: `42s`, `5m`, `3h`, `12d`. `-` for no time. */
export function ageOf(time: string | undefined, now: Date): string {
  if (time === undefined) return '-';
  const ms = Math.max(0, now.getTime() - Date.parse(time));
  if (Number.isNaN(ms)) return '-';
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < 2 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/** The seconds of a duration in Go's form (`90s`, `5m`, `1h30m`), or of a plain number of seconds. undefined: it is neither. */
export function secondsOf(duration: string): number | undefined {
  if (/^-?\d+$/.test(duration)) return Number(duration);
  if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(duration) || duration === '') return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
}
