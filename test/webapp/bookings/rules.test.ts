import { expect } from 'chai';
import {
  type BookingForm,
  checkBookingForm,
  overlaps,
  refusalMessages,
  type StandingTrip,
  verdictOf,
} from '../../../webapp/bookings/rules.ts';

const VEGA = { id: 'vega', name: 'Vega', capacity: 5 };
const EARLIEST = '2030-06-14';

function aForm(overrides: Partial<BookingForm> = {}): BookingForm {
  return {
    age: '33',
    previousExperience: 'No',
    destination: VEGA,
    departureDate: '2030-07-01',
    returnDate: '2030-07-10',
    blackholeVisit: 'Yes',
    formKey: 'key',
    ...overrides,
  };
}

function aStandingTrip(overrides: Partial<StandingTrip> = {}): StandingTrip {
  return {
    reference: 'ABCDEFGH',
    destinationName: 'Vega',
    departureDate: '2030-07-05',
    returnDate: '2030-07-20',
    sameForm: false,
    ...overrides,
  };
}

describe('The rules of a booking', () => {
  it('turn a sound form into a request', () => {
    expect(checkBookingForm(aForm(), EARLIEST).trip).to.deep.equal({
      age: 33,
      previousExperience: false,
      destination: VEGA,
      departureDate: '2030-07-01',
      returnDate: '2030-07-10',
      blackholeVisit: true,
      formKey: 'key',
    });
  });

  const AGE = /^You cannot book an interstellar vacation with that age/;
  const TIME = /^Travelling through time yet isn't possible/;
  const broken: [string, Partial<BookingForm>, Record<string, RegExp>][] = [
    ['an age of 17', { age: '17' }, { age: AGE }],
    ['an age of 151', { age: '151' }, { age: AGE }],
    ['an age that is no number', { age: 'old' }, { age: AGE }],
    ['half a year', { age: '18.5' }, { age: AGE }],
    ['no age', { age: '' }, { age: /required/ }],
    ['a departure in the past', { departureDate: '2030-06-13' }, { departureDate: TIME }],
    ['a return before the departure', { returnDate: '2030-06-30' }, { departureDate: TIME }],
    ['a return on the day of departure', { returnDate: '2030-07-01' }, { departureDate: TIME }],
    ['no departure', { departureDate: '' }, { departureDate: /required/ }],
    ['no return', { returnDate: '' }, { returnDate: /required/ }],
    ['a day that does not exist', { departureDate: '2030-02-30' }, { departureDate: /valid date/ }],
    ['a year that MySQL does not know', { returnDate: '0001-01-01' }, { returnDate: /valid date/ }],
    ['a destination of another list', { destination: undefined }, { destination: /valid choice/ }],
    ['answers that are neither yes nor no', { previousExperience: 'x', blackholeVisit: '' }, { previousExperience: /choice/, blackholeVisit: /choice/ }],
    ['everything wrong', { age: '3', returnDate: 'x', departureDate: '2000-01-01' }, { age: AGE, departureDate: TIME, returnDate: /valid date/ }],
  ]; // prettier-ignore
  for (const [what, overrides, expected] of broken) {
    it(`refuse ${what}`, () => {
      const errors = checkBookingForm(aForm(overrides), EARLIEST).errors ?? {};
      expect(Object.keys(errors)).to.deep.equal(Object.keys(expected));
      for (const [field, message] of Object.entries(expected)) expect(errors[field]).to.match(message);
    });
  }

  it('accept the bounds: 18, 150, and the earliest departure', () => {
    for (const overrides of [{ age: '18' }, { age: '150' }, { departureDate: '2030-06-14' }]) {
      expect(checkBookingForm(aForm(overrides), EARLIEST).errors).to.equal(undefined);
    }
  });
});

describe('What becomes of a request', () => {
  it('is a booking where there is a place and no other trip', () => {
    expect(verdictOf(false, [])).to.deep.equal({ kind: 'book' });
  });

  it('is the booking that the same form made, also where the departure is full by now', () => {
    const made = aStandingTrip({ sameForm: true, reference: 'MADEONCE' });
    expect(verdictOf(true, [aStandingTrip(), made])).to.deep.equal({ kind: 'repeated', reference: 'MADEONCE' });
  });

  it('is a refusal that tells both reasons at once', () => {
    const verdict = verdictOf(true, [aStandingTrip()]);
    expect(verdict).to.deep.equal({ kind: 'refused', full: true, overlapping: aStandingTrip() });
    const { departureDate: message = '' } = refusalMessages('Vega', true, aStandingTrip());
    expect(message).to.include('There are no available slots on Vega').and.include('trips cannot overlap');
    expect(message).to.include('Friday 5 July 2030');
  });

  it('depends on days in common: the day of a return may be that of the next departure', () => {
    const trip = { departureDate: '2030-01-10', returnDate: '2030-01-20' };
    const rows: [string, string, boolean][] = [
      ['2030-01-01', '2030-01-10', false],
      ['2030-01-01', '2030-01-11', true],
      ['2030-01-12', '2030-01-13', true],
      ['2030-01-01', '2030-02-01', true],
      ['2030-01-20', '2030-01-21', false],
    ];
    for (const [departureDate, returnDate, expected] of rows) {
      expect(overlaps(trip, { departureDate, returnDate })).to.equal(expected);
    }
  });
});
