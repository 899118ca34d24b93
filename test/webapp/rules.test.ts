import { expect } from 'chai';
import fc from 'fast-check';
import { comparisonKey, registrationErrors } from '../../webapp/accounts/rules.ts';
import { dayOf } from '../../webapp/bookings/dates.ts';
import { type BookingForm, checkBookingForm, checkDates } from '../../webapp/bookings/rules.ts';
import { lineOf, textOf } from '../../webapp/web/form.ts';
import { anyText, chosen } from '../support/property.ts';

const DESTINATIONS = ['TRAPPIST-1 System', "Teegarden's Star System"].map((name, index) => ({
  id: `star-${index}`,
  name,
  capacity: 5,
}));
const EARLIEST = '2030-06-14';
const RULES = { minimumLength: 8, isCommon: (password: string) => password === 'iloveyou' };

/** The same rules, said another way. */
const DAY = /^[1-9]\d{3}-\d\d-\d\d$/;
const length = (text: string) => [...text].length;

describe('Whatever is filled in', () => {
  const aBooking = fc.record<BookingForm>({
    age: anyText,
    previousExperience: anyText,
    destination: fc.constantFrom(undefined, ...DESTINATIONS),
    departureDate: anyText,
    returnDate: anyText,
    blackholeVisit: anyText,
    formKey: anyText,
  });

  it('a booking is refused at a field, with words, or is a trip that keeps every rule', () => {
    const property = fc.property(aBooking, (form) => {
      const { trip, errors } = checkBookingForm(form, EARLIEST);
      if (trip) {
        expect(trip.age).to.be.within(18, 150);
        expect(Number.isInteger(trip.age)).to.equal(true);
        expect(DESTINATIONS).to.include(trip.destination);
        expect(trip.departureDate).to.match(DAY);
        expect(trip.departureDate >= EARLIEST && trip.departureDate < trip.returnDate).to.equal(true);
      } else expectMessages(errors, ['age', 'previousExperience', 'destination', 'departureDate', 'returnDate', 'blackholeVisit']); // prettier-ignore
    });
    fc.assert(property, chosen(500));
  });

  it('dates are refused exactly where one is none, or they are in the wrong order', () => {
    const property = fc.property(anyText, anyText, (departureDate, returnDate) => {
      const { days } = checkDates({ departureDate, returnDate }, EARLIEST);
      const [from, to] = [dayOf(departureDate), dayOf(returnDate)];
      expect(days !== undefined).to.equal(from !== undefined && to !== undefined && from >= EARLIEST && from < to);
    });
    fc.assert(property, chosen(500));
  });

  it('a registration is refused at a field, with words, or keeps every rule', () => {
    const fields = fc.record({
      username: anyText,
      name: anyText,
      emailAddress: anyText,
      password: anyText,
      same: fc.boolean(),
      other: anyText,
      taken: fc.record({ username: fc.boolean(), emailAddress: fc.boolean() }),
    });
    const property = fc.property(fields, ({ same, other, taken, ...registration }) => {
      const { username, name, emailAddress, password } = registration;
      const confirmPassword = same ? password : other;
      const errors = registrationErrors({ ...registration, confirmPassword }, taken, RULES);
      if (Object.keys(errors).length > 0) {
        expectMessages(errors, ['username', 'name', 'emailAddress', 'password', 'confirmPassword']);
        return;
      }
      expect(taken).to.deep.equal({ username: false, emailAddress: false });
      expect([length(username) >= 8, length(username) <= 30, length(name) >= 1, length(name) <= 30]).to.not.include(
        false,
      );
      expect(username + name).to.not.match(/\p{Cc}/u);
      expect(emailAddress).to.match(/^[^@\s]+@[^@\s]+\.[^@\s]+$/);
      expect(length(password)).to.be.within(8, 128);
      expect(confirmPassword).to.equal(password);
    });
    fc.assert(property, chosen(500));
  });

  it('a field is text: what is missing, repeated or nested is empty, and nothing of the language shines through', () => {
    const property = fc.property(
      fc.anything(),
      fc.oneof(anyText, fc.constantFrom('__proto__', 'toString')),
      (body, field) => {
        expect(textOf(body, field)).to.be.a('string');
        expect(lineOf(body, field)).to.equal(lineOf(body, field).trim());
        expect(textOf({ [field]: ['a', 'b'] }, field)).to.equal('');
      },
    );
    fc.assert(property, chosen(500));
  });

  it('two names are the same or not, whichever is looked at and however it is written', () => {
    const property = fc.property(anyText, (name) => {
      const key = comparisonKey(name);
      expect(comparisonKey(name.normalize('NFD'))).to.equal(key);
      expect(comparisonKey(name.normalize('NFC'))).to.equal(key);
    });
    fc.assert(property, chosen(500));
  });
});

function expectMessages(errors: Readonly<Record<string, string>> | undefined, fields: readonly string[]): void {
  const entries = Object.entries(errors ?? {});
  expect(entries).to.have.length.above(0);
  for (const [field, message] of entries) {
    expect(fields).to.include(field);
    expect(message).to.match(/\w{4}.*\.$/);
  }
}
