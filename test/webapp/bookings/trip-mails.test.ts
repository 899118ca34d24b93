import { expect } from 'chai';
import { bookedMail, cancelledMail, changedMail, type MailedTrip } from '../../../webapp/bookings/trip-mails.ts';

const TRIP: MailedTrip = {
  travellerId: 7,
  reference: 'ABCD2345',
  destinationName: 'TRAPPIST-1 System',
  departureDate: '2030-01-05',
  returnDate: '2030-01-20',
  sequence: 0,
  cancelled: false,
};
const CONTEXT = {
  publicUrl: 'https://stars.example',
  organizer: { name: 'Star Trips', address: 'trips@stars.example' },
  now: new Date('2029-12-01T10:00:00Z'),
};

describe('A mail about a trip', () => {
  it('says what was booked, with a file for the calendar', () => {
    const { calendar, ...mail } = bookedMail(TRIP, CONTEXT);
    expect(mail).to.deep.equal({
      travellerId: 7,
      kind: 'booked',
      subject: 'Booked: TRAPPIST-1 System, Saturday 5 January 2030',
      text: [
        'Your trip to TRAPPIST-1 System is booked. We wish you a safe journey!',
        '  Reference:  ABCD2345\n  Departure:  Saturday 5 January 2030\n  Return:     Sunday 20 January 2030',
        'The attached file puts it into your calendar.',
        'Your ticket, other dates, or a change of mind:\nhttps://stars.example/reservation',
      ].join('\n\n'),
    });
    expect([calendar?.fileName, calendar?.method]).to.deep.equal(['trip-ABCD2345.ics', 'PUBLISH']);
    expect(calendar?.content).to.include('METHOD:PUBLISH').and.include('STATUS:CONFIRMED').and.include('SEQUENCE:0');
    expect(calendar?.content).to.include('ORGANIZER;CN="Star Trips":mailto:trips@stars.example\r\n');
  });

  it('says the new dates', () => {
    const mail = changedMail({ ...TRIP, sequence: 1, departureDate: '2030-01-06' }, CONTEXT);
    expect([mail.kind, mail.subject]).to.deep.equal(['changed', 'New dates: TRAPPIST-1 System, Sunday 6 January 2030']);
    expect(mail.calendar?.content).to.include('SEQUENCE:1').and.include('DTSTART;VALUE=DATE:20300106');
  });

  it('says that it is cancelled, with a file that takes it out of the calendar', () => {
    const mail = cancelledMail({ ...TRIP, sequence: 2, cancelled: true }, CONTEXT);
    expect([mail.kind, mail.subject]).to.deep.equal([
      'cancelled',
      'Cancelled: TRAPPIST-1 System, Saturday 5 January 2030',
    ]);
    expect(mail.calendar?.method).to.equal('CANCEL');
    expect(mail.calendar?.content).to.include('METHOD:CANCEL').and.include('STATUS:CANCELLED');
  });
});
