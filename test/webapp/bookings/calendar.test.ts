import { expect } from 'chai';
import { calendarOf, daysOf, monthOf, nearestFree } from '../../../webapp/bookings/calendar.ts';

const VEGA = { id: 'vega', name: 'Vega', capacity: 5 };

describe('The calendar of places left', () => {
  it('has weeks from Monday to Sunday with the days of the month in them', () => {
    const { weeks, title } = calendarOf(VEGA, '2030-02', new Map(), '2030-01-01');
    expect(title).to.equal('February 2030');
    expect(weeks.map((week) => week.map((day) => day?.number ?? 0))).to.deep.equal([
      [0, 0, 0, 0, 1, 2, 3],
      [4, 5, 6, 7, 8, 9, 10],
      [11, 12, 13, 14, 15, 16, 17],
      [18, 19, 20, 21, 22, 23, 24],
      [25, 26, 27, 28, 0, 0, 0],
    ]);
  });

  it('says of each day what is left of it', () => {
    const booked = new Map([
      ['2030-02-01', 2],
      ['2030-02-02', 5],
      ['2030-02-03', 9],
    ]);
    const [week = []] = calendarOf(VEGA, '2030-02', booked, '2030-02-01').weeks;
    expect(week.slice(4).map((day) => day && [day.number, day.state, day.left])).to.deep.equal([
      [1, 'free', 3],
      [2, 'full', 0],
      [3, 'full', 0],
    ]);
    const past = calendarOf(VEGA, '2030-02', booked, '2030-02-02');
    expect(past.weeks[0]?.[4]?.state).to.equal('past');
  });

  it('does not lead into the past or out of what MySQL knows', () => {
    const first = calendarOf(VEGA, '2030-02', new Map(), '2030-02-15');
    expect([first.previous, first.next]).to.deep.equal([undefined, '2030-03']);
    expect(calendarOf(VEGA, '9998-12', new Map(), '2030-02-15').next).to.equal(undefined);
    for (const text of ['', '2030', '2030-00', '2030-13', '9999-01', '2031-7', 'x'])
      expect(monthOf(text)).to.equal(undefined);
    for (const text of ['2031-07', '2031/7', '7/2031', '07.2031', ' 2031 07 '])
      expect(monthOf(text)).to.equal('2031-07');
    expect(daysOf('2028-02')).to.deep.equal(['2028-02-01', '2028-02-29']);
  });
});

describe('The nearest free departures', () => {
  const wanted = { departureDate: '2030-02-10', days: 5, capacity: 2, earliest: '2030-02-09' };

  it('are three, near, not in the past, not full', () => {
    expect(nearestFree(wanted, new Map([['2030-02-11', 2]]), [])).to.deep.equal([
      '2030-02-09',
      '2030-02-12',
      '2030-02-13',
    ]);
  });

  it("leave the traveller's own trips alone, and may begin on the day that one ends", () => {
    const own = [{ departureDate: '2030-02-12', returnDate: '2030-02-20' }];
    expect(nearestFree(wanted, new Map(), own)).to.deep.equal(['2030-02-20', '2030-02-21', '2030-02-22']);
  });

  it('are none where everything is full', () => {
    const full = new Map(
      Array.from({ length: 400 }, (_, day) => [new Date(Date.UTC(2030, 0, day)).toISOString().slice(0, 10), 2]),
    );
    expect(nearestFree(wanted, full, [])).to.deep.equal([]);
  });
});
