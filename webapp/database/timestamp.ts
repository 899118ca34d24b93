import { isoTime } from '../iso-time.ts';

/** As DATETIME(3) columns are written and compared, in UTC. */
export function timestamp(date: Date): string {
  return isoTime(date.getTime()).slice(0, 23).replace('T', ' ');
}
