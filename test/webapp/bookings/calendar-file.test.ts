import { expect } from 'chai';
import { calendarFile } from '../../../webapp/bookings/calendar-file.ts';

const NOW = new Date('2030-01-02T03:04:05.678Z');

function aTrip(overrides: object = {}) {
  return {
    reference: 'ABCD2345',
    destinationName: "Teegarden's Star System",
    departureDate: '2030-02-27',
    returnDate: '2030-02-28',
    sequence: 0,
    cancelled: false,
    ...overrides,
  };
}

describe('The calendar file of a trip', () => {
  it('has whole days with an exclusive end and an identity that stays', () => {
    expect(calendarFile(aTrip(), NOW, undefined)).to.equal(
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Interstellar Vacations//Booking//EN',
        'BEGIN:VEVENT',
        'UID:ABCD2345@interstellar-vacations',
        'DTSTAMP:20300102T030405Z',
        'DTSTART;VALUE=DATE:20300227',
        'DTEND;VALUE=DATE:20300301',
        'SEQUENCE:0',
        'STATUS:CONFIRMED',
        "SUMMARY:Vacation: Teegarden's Star System",
        'DESCRIPTION:Reference ABCD2345',
        "LOCATION:Teegarden's Star System",
        'TRANSP:OPAQUE',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    );
  });

  it('tells a calendar that the trip was cancelled', () => {
    const file = calendarFile(aTrip({ cancelled: true, sequence: 3 }), NOW, undefined);
    for (const line of ['STATUS:CANCELLED', 'SEQUENCE:3']) expect(file).to.include(`${line}\r\n`);
  });

  it('has a method, for programs that act on one, where it has an organizer', () => {
    const organizer = { name: 'Trips, "Étoiles"', address: 'a?b@stars.example' };
    const file = calendarFile(aTrip(), NOW, organizer);
    expect(file).to.include('METHOD:PUBLISH\r\n');
    expect(file).to.include('ORGANIZER;CN="Trips, \'Étoiles\'":mailto:a%3Fb@stars.example\r\n');
    expect(calendarFile(aTrip({ cancelled: true }), NOW, { ...organizer, name: '' }))
      .to.include('METHOD:CANCEL\r\n')
      .and.include('\r\nORGANIZER:mailto:a%3Fb@stars.example\r\n');
    const elsewhere = { name: '', address: 'trips@bücher.example' };
    expect(calendarFile(aTrip(), NOW, elsewhere)).to.include('ORGANIZER:mailto:trips@xn--bcher-kva.example\r\n');
  });

  it('escapes what has a meaning and folds lines at 75 octets without cutting a character', () => {
    const file = calendarFile(aTrip({ destinationName: `a,b;c\\d ${'🚀'.repeat(30)}` }), NOW, undefined);
    expect(file).to.include('SUMMARY:Vacation: a\\,b\\;c\\\\d ');
    const lines = file.split('\r\n');
    for (const line of lines) expect(Buffer.byteLength(line)).to.be.at.most(75);
    expect(file.replaceAll('\r\n ', '')).to.include('🚀'.repeat(30));
  });
});
