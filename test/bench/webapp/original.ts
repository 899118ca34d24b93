/** Milliseconds of CPU a request: the least and the most that was measured. */
export type CpuRange = readonly [number, number];

/**
 * The Flask application that this one replaces. Source: measured once, before this one was written, as its entry point runs it
 * (gunicorn, 3 sync workers, Python 3.10, its pinned requirements) on MySQL 9.7 and two noisy cores. User and system time of the
 * application's processes, medians of 6 runs. These figures stay as they are: nothing here measures that application again.
 */
export const ORIGINAL = {
  home: [0.92, 1.67],
  about: [1, 1.5],
  visitorForm: [1.6, 2.9],
  travellerHome: [3.7, 4.2],
  bookingForm: [6.4, 7],
  trips: [4.8, 5.8],
  refused: [7.9, 8.8],
  booked: [9.4, 10.9],
  cancelled: [6.2, 7.5],
  logIn: [250, 250],
} as const satisfies Readonly<Record<string, CpuRange>>;
