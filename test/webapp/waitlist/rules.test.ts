import { expect } from 'chai';
import { canMoveUp, offerEnd, sortOffers } from '../../../webapp/waitlist/rules.ts';
import type { EntryInLine } from '../../../webapp/waitlist/waitlist-store.ts';
import { waitingCards } from '../../../webapp/waitlist/view.ts';

const NOW = new Date('2030-01-10T08:00:00Z');
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000);

describe('The rules of a waiting list', () => {
  it('keep a place for some hours, but never after the day of departure is over everywhere', () => {
    expect(offerEnd('2030-02-01', NOW, 48)).to.deep.equal(hours(48));
    expect(offerEnd('2030-01-10', NOW, 48).toISOString()).to.equal('2030-01-11T12:00:00.000Z');
  });

  it('end an offer at its time, and take one back from who cannot use it', () => {
    const offer = (name: string, until: Date, blocked = false) => ({ name, offeredUntil: until, blocked });
    const offers = [
      offer('over', hours(0)),
      offer('open', hours(1)),
      offer('blocked', hours(1), true),
      offer('both', hours(-1), true),
    ];
    const { lapsed, withdrawn } = sortOffers(offers, NOW);
    expect(lapsed.map(({ name }) => name)).to.deep.equal(['over', 'both']);
    expect(withdrawn.map(({ name }) => name)).to.deep.equal(['blocked']);
  });

  it('move up where something ended, where a place is left for somebody, and where the departure is gone', () => {
    const list = { departureDate: '2030-02-01', booked: 5, waiting: false, ended: false };
    const rows: [object, number, boolean][] = [
      [{}, 6, false],
      [{ waiting: true }, 5, false],
      [{ waiting: true }, 6, true],
      [{ ended: true }, 0, true],
      [{ departureDate: '2030-01-08' }, 0, true],
      [{ departureDate: '2030-01-09' }, 0, false],
    ];
    for (const [overrides, capacity, expected] of rows) {
      expect(canMoveUp({ ...list, ...overrides }, capacity, NOW), JSON.stringify(overrides)).to.equal(expected);
    }
  });

  it('show offers first, with their end, what nobody flies to as such, and what is gone not at all', () => {
    const entry = (reference: string, overrides: Partial<EntryInLine> = {}): EntryInLine => ({
      ...{ id: 1, reference, travellerId: 1, destinationId: 'vega', destinationName: 'Vega' },
      ...{ departureDate: '2030-02-01', returnDate: '2030-02-02', age: 33 },
      ...{
        previousExperience: true,
        blackholeVisit: false,
        joinedAt: NOW,
        offeredUntil: null,
        lapsedAt: null,
        position: 2,
      },
      ...overrides,
    });
    const cards = waitingCards(
      [
        entry('A'),
        entry('B', { departureDate: '2030-01-01' }),
        entry('C', { offeredUntil: hours(1) }),
        entry('D', { lapsedAt: NOW }),
        entry('E', { destinationId: 'sirius', offeredUntil: hours(1) }),
      ],
      [{ id: 'vega', name: 'Vega', capacity: 5 }],
      NOW,
    );
    expect(cards.map(({ reference, state }) => `${reference} ${state}`)).to.deep.equal([
      'C offered',
      'A waiting',
      'D lapsed',
      'E closed',
    ]);
    expect(cards[0]?.until?.spoken).to.equal('Thursday 10 January 2030, 09:00 UTC');
    expect(cards[1]?.line).to.equal('You are number 2 in line.');
  });
});
