/** A point in time, as pages show it. */
export interface ShownTime {
  /** RFC 3339. */
  readonly iso: string;
  /** `3 min`, in the largest unit that fits. */
  readonly age: string;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

export function durationOf(seconds: number): string {
  const [unit, length] = UNITS.find(([, unitLength]) => seconds >= unitLength) ?? ['s', 1];
  return `${Math.max(0, Math.floor(seconds / length))} ${unit}`;
}

/** The API types times as `Date`, but JSON has strings. Undefined if there is none. */
export function shownTime(time: Date | string | undefined, now: Date): ShownTime | undefined {
  if (time === undefined) return undefined;
  const at = new Date(time);
  return { iso: at.toISOString(), age: durationOf((now.getTime() - at.getTime()) / 1000) };
}
