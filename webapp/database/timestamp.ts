/** As DATETIME(3) columns are written and compared, in UTC. */
export function timestamp(date: Date): string {
  return date.toISOString().slice(0, 23).replace('T', ' ');
}
