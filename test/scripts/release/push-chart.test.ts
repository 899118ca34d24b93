import { expect } from 'chai';
import { pushedReference } from '../../../scripts/release/push-chart.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('the chart in a registry', () => {
  it('is named by the digest that Helm reports', () => {
    const lines = ['Pushed: localhost:5000/somebody/charts/vacation-operator:0.1.0', `Digest: ${DIGEST}`];
    expect(pushedReference(lines)).to.equal(`localhost:5000/somebody/charts/vacation-operator@${DIGEST}`);
  });

  it('is not guessed where Helm reports none', () => {
    expect(() => pushedReference(['Pushed: localhost:5000/a/b:1'])).to.throw('Pushed: localhost:5000/a/b:1');
  });
});
