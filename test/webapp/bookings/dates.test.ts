import { expect } from 'chai';
import { addDays, dayOf, daysBetween, earliestDeparture, spokenDay } from '../../../webapp/bookings/dates.ts';

describe('Days', () => {
  it('are only those that exist', () => {
    for (const day of ['2028-02-29', '1000-01-01', '9998-12-31']) expect(dayOf(day)).to.equal(day);
    for (const text of [
      '',
      '2027-02-29',
      '2030-13-01',
      '2030-1-1',
      '10000-01-01',
      '0999-12-31',
      '2030-01-01 ',
      'today',
    ]) {
      expect(dayOf(text), text).to.equal(undefined);
    }
  });

  it('are past only when they are past everywhere on Earth', () => {
    expect(earliestDeparture(new Date('2030-06-15T11:59:59Z'))).to.equal('2030-06-14');
    expect(earliestDeparture(new Date('2030-06-15T12:00:00Z'))).to.equal('2030-06-15');
  });

  it('are spoken in full, and counted across months and leap days', () => {
    expect(spokenDay('2030-01-05')).to.equal('Saturday 5 January 2030');
    expect(addDays('2028-02-28', 2)).to.equal('2028-03-01');
    expect(daysBetween('2027-12-31', '2028-03-01')).to.equal(61);
  });
});
