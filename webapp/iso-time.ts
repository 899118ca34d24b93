/** As toISOString() writes it, which takes longer than all else of a line of the log: the last minutes are remembered. */
export function isoTime(milliseconds: number): string {
  const within = milliseconds - Math.floor(milliseconds / MINUTE) * MINUTE;
  const seconds = String(Math.floor(within / 1000)).padStart(2, '0');
  return `${isoMinute(milliseconds)}:${seconds}.${String(within % 1000).padStart(3, '0')}Z`;
}

/** `YYYY-MM-DDTHH:MM` */
export function isoMinute(milliseconds: number): string {
  const minute = Math.floor(milliseconds / MINUTE);
  let text = minutes.get(minute);
  if (text === undefined) {
    text = new Date(minute * MINUTE).toISOString().slice(0, -8);
    if (minutes.size >= MOST) minutes.clear();
    minutes.set(minute, text);
  }
  return text;
}

const MINUTE = 60_000;
const MOST = 500;
const minutes = new Map<number, string>();
