import { expect } from 'chai';
import { isMysqlReady } from '../../../../../operator/vacation-app/database/managed/mysql-ready.ts';
import { aStatefulSet } from '../../../../support/vacation-app.ts';

describe('MySQL', () => {
  it('is ready when its StatefulSet, as it is wanted, is', () => {
    expect(isMysqlReady({ statefulSet: aStatefulSet() })).to.equal(true);
    expect(isMysqlReady({ statefulSet: undefined })).to.equal(false);
    for (const status of [{ observedGeneration: 2 }, { readyReplicas: 0 }, { updateRevision: 'b' }]) {
      expect(isMysqlReady({ statefulSet: aStatefulSet(status) })).to.equal(false);
    }
  });
});
