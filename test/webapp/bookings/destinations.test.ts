import { expect } from 'chai';
import { parseDestinations } from '../../../webapp/bookings/destinations.ts';

describe('The setting DESTINATIONS', () => {
  it('is read, with the general capacity where an entry has none', () => {
    const json = '[{"id":"vega","name":" Vega "},{"id":"sirius-b","name":"Sirius B","capacity":8}]';
    expect(parseDestinations(json, 5)).to.deep.equal([
      { id: 'vega', name: 'Vega', capacity: 5 },
      { id: 'sirius-b', name: 'Sirius B', capacity: 8 },
    ]);
  });

  const mistakes: [string, RegExp][] = [
    ['', /JSON array/],
    ['{}', /JSON array/],
    ['[]', /at least one/],
    ['[1]', /entry 1: it must be an object/],
    ['[{"id":"Vega","name":"Vega"}]', /entry 1: its id/],
    ['[{"id":"vega","name":" "}]', /its name/],
    ['[{"id":"vega","name":"Vega","capacity":0}]', /its capacity/],
    ['[{"id":"vega","name":"Vega","capacity":"5"}]', /its capacity/],
    ['[{"id":"vega","name":"Vega"},{"id":"vega","name":"X"}]', /id vega twice/],
    ['[{"id":"vega","name":"Vega"},{"id":"x","name":"Vega"}]', /name Vega twice/],
  ];
  for (const [json, message] of mistakes) {
    it(`is refused when it is ${json || 'empty'}`, () => {
      expect(parseDestinations(json, 5)).to.be.a('string').and.match(message);
    });
  }
});
