import type { StoredBooking } from './booking-store.ts';
import type { Booked, Month } from './calendar.ts';
import type { Day } from './dates.ts';

/**
 * What pages read along with the session of who asks, each as one text. Places booked on the days of a destination between two:
 * `5:3,17:1`.
 */
export const BOOKED_ALONG = `
  SELECT GROUP_CONCAT(DAY(departure_date), ':', booked ORDER BY departure_date) FROM departure
  WHERE destination_id = ? AND departure_date BETWEEN ? AND ?`;

export function bookedOf(month: Month, along: string | null): Booked {
  const pairs = (along ?? '').split(',').filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const [day = '', booked] = pair.split(':');
      return [`${month}-${day.padStart(2, '0')}`, Number(booked)];
    }),
  );
}

/** Whether the traveller waits for anything, and their trips as JSON: those that stand and those cancelled since a time. */
export const TRIPS_ALONG = `
  SELECT CONCAT(
    EXISTS (SELECT 1 FROM waiting_list WHERE waiting_list.traveller_id = session.traveller_id),
    COALESCE((
      SELECT JSON_ARRAYAGG(JSON_ARRAY(id, reference, destination_id, destination_name, departure_date, return_date, age,
        previous_experience, blackhole_visit, sequence, UNIX_TIMESTAMP(cancelled_at)))
      FROM booking
      WHERE booking.traveller_id = session.traveller_id AND (cancelled_at IS NULL OR cancelled_at > ?)
    ), '[]'))`;

/** What was read along of somebody's trips. */
export interface Trips {
  readonly travellerId: number;
  readonly along: string | null;
}

/** Whether there is anything that they wait for. */
export function waits(along: string | null): boolean {
  return along?.startsWith('1') === true;
}

export function tripsOf({ travellerId, along }: Trips): readonly StoredBooking[] {
  const rows = JSON.parse((along ?? '0[]').slice(1)) as readonly TripRow[];
  const known = rows.map((row) => storedBooking(travellerId, row));
  return known.sort((a, b) =>
    a.departureDate < b.departureDate ? -1 : a.departureDate > b.departureDate ? 1 : a.id - b.id,
  );
}

/** In the order of TRIPS_ALONG. */
type TripRow = readonly [number, string, string, string, Day, Day, number, number, number, number, number | null];

function storedBooking(travellerId: number, row: TripRow): StoredBooking {
  const [id, reference, destinationId, destinationName, departureDate, returnDate, age, experience, visit, ...rest] =
    row;
  const [sequence, cancelled] = rest;
  return {
    ...{ id, reference, travellerId, destinationId, destinationName, departureDate, returnDate, age, sequence },
    previousExperience: experience === 1,
    blackholeVisit: visit === 1,
    cancelledAt: cancelled === null ? null : new Date(Math.round(cancelled * 1000)),
  };
}
