import { expect } from 'chai';
import type { VacationAppSpec } from '../../../../../operator/api/vacation-app.ts';
import {
  maxConnections,
  neededConnections,
} from '../../../../../operator/vacation-app/database/managed/max-connections.ts';
import { readConfig } from '../../../../../webapp/config.ts';
import { aCompleteApp } from '../../../../support/vacation-app.ts';

const of = (spec: Partial<VacationAppSpec>): number => maxConnections(aCompleteApp({ spec }));
const pool = (value: string) => [{ name: 'DB_POOL_SIZE', value }];

describe('the connections that MySQL must take', () => {
  const rows: readonly [string, Partial<VacationAppSpec>, number][] = [
    ['an app that says nothing', {}, 200],
    ['as many pods as still fit', { autoscaling: { maxReplicas: 28 } }, 200],
    ['one more', { autoscaling: { maxReplicas: 29 } }, 300],
    ['as many as there may be', { autoscaling: { maxReplicas: 100 } }, 700],
    ['a fixed number', { replicas: 100 }, 700],
    ['larger pools', { env: pool('20') }, 300],
    ['a pool of no known size', { env: [{ name: 'DB_POOL_SIZE', valueFrom: {} }] }, 200],
    ['a pool of no size', { env: pool('many') }, 200],
    ['a pool written with a zero before it', { env: pool('020') }, 300],
    ['an app that sleeps, which wakes', { mode: 'Hibernated', replicas: 100 }, 700],
  ];
  for (const [title, spec, expected] of rows) {
    it(`are ${expected} for ${title}`, () => {
      expect(of(spec)).to.equal(expected);
    });
  }

  it('are needed by ten pods and the two more of a rollout, and by others', () => {
    expect(neededConnections(aCompleteApp())).to.equal(92);
  });

  it('follow the pool that the web app has when nobody says otherwise', () => {
    const { poolSize } = readConfig({ db_uri: 'mysql://a:b@c/d', secret_key: '0123456789abcdef' }).database;
    expect(of({ replicas: 90, env: pool(String(poolSize)) })).to.equal(of({ replicas: 90 }));
    expect(of({ replicas: 90, env: pool(String(poolSize + 1)) })).to.be.above(of({ replicas: 90 }));
  });
});
