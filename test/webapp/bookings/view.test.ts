import { expect } from 'chai';
import { tripCards } from '../../../webapp/bookings/view.ts';

const VEGA = { id: 'vega', name: 'Vega', capacity: 5 };

const trip = (departureDate: string, returnDate: string) => ({
  ...{ id: 1, reference: 'ABCD2345', travellerId: 1, destinationId: 'vega', destinationName: 'Vega' },
  ...{ departureDate, returnDate, age: 33, previousExperience: true, blackholeVisit: false },
  ...{ sequence: 0, changedAt: new Date('2029-01-01T00:00:00Z'), cancelledAt: null },
});

describe('The cards of trips', () => {
  it('stand in the order of departures, with those that are over at the end, the latest of them first', () => {
    const trips = [
      trip('2030-01-01', '2030-01-05'),
      trip('2030-01-05', '2030-01-09'),
      trip('2030-01-09', '2030-01-10'),
      trip('2030-01-11', '2030-02-01'),
    ];
    const cards = tripCards(trips, [VEGA], new Date('2030-01-10T09:00:00Z'));
    expect(cards.map(({ departureDate, when }) => `${departureDate} ${when}`)).to.deep.equal([
      '2030-01-09 under way',
      '2030-01-11 in 1 day',
      '2030-01-05 completed',
      '2030-01-01 completed',
    ]);
  });

  it('say in how many years a trip departs, by the calendar', () => {
    const rows = [
      ['2026-11-29', '2028-11-28', 'in 730 days'],
      ['2026-11-29', '2028-11-29', 'in 2 years'],
      ['2026-11-29', '2031-11-28', 'in 4 years'],
      ['2026-11-29', '2031-11-29', 'in 5 years'],
      ['2026-11-29', '2036-11-29', 'in 10 years'],
      ['2028-02-29', '2032-02-29', 'in 4 years'],
      ['2028-02-29', '2031-02-28', 'in 2 years'],
      ['2028-02-29', '2031-03-01', 'in 3 years'],
    ] as const;
    for (const [today, departure, when] of rows) {
      const [card] = tripCards([trip(departure, '2040-01-01')], [VEGA], new Date(`${today}T09:00:00Z`));
      expect(card?.when, `${departure}, seen on ${today}`).to.equal(when);
    }
  });

  it('offer no change where nobody flies any more, and nothing at all of a trip that has departed', () => {
    const now = new Date('2030-01-10T09:00:00Z');
    const rows = [
      [trip('2030-01-11', '2030-02-01'), [VEGA], true, true],
      [trip('2030-01-11', '2030-02-01'), [], false, true],
      [trip('2030-01-08', '2030-02-01'), [VEGA], false, false],
    ] as const;
    for (const [one, destinations, canChange, canCancel] of rows) {
      expect(tripCards([one], destinations, now)[0]).to.include({ canChange, canCancel });
    }
  });
});
