import { expect } from 'chai';
import { chosenParts, ladder, parts, testFiles } from '../../scripts/test/suites.ts';

const suites = ladder.flat();

describe('the test ladder', () => {
  it('holds every test file in exactly one suite', () => {
    const homeless = testFiles().filter((file) => suites.filter((suite) => suite.holds(file)).length !== 1);
    expect(homeless).to.deep.equal([]);
  });

  for (const [file, name] of [
    ['test/architecture.test.ts', 'unit'],
    ['test/operator/runtime/queue/work-queue.test.ts', 'unit'],
    ['test/scripts/cluster/lock.test.ts', 'unit'],
    ['test/integration/operator/reconcile.test.ts', 'integration: operator'],
    ['test/integration/webapp/bookings.test.ts', 'integration: webapp'],
    ['test/browser/booking.test.ts', 'browser'],
    ['test/e2e/scaling.test.ts', 'e2e'],
  ] as const) {
    it(`runs ${file} in ${name}`, () => {
      expect(suites.filter((suite) => suite.holds(file)).map((suite) => suite.name)).to.deep.equal([name]);
    });
  }

  it('is climbed whole where no part is named', () => {
    expect(chosenParts([])).to.deep.equal([...parts]);
  });

  it('is climbed in its own order, whatever the order of the arguments', () => {
    expect(chosenParts(['e2e', 'unit'])).to.deep.equal(['unit', 'e2e']);
  });

  it('refuses a part that it does not know, naming those it has', () => {
    expect(() => chosenParts(['unit', 'units'])).to.throw(
      'unknown part units: the parts are static, unit, integration, browser, e2e',
    );
  });
});
