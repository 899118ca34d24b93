/** As MySQL reads it: UTC, with milliseconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace('T', ' ').slice(0, -1);
}
