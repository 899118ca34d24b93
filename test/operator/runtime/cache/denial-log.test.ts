import { expect } from 'chai';
import { DenialLog } from '../../../../operator/runtime/cache/denial-log.ts';
import { ApiError } from '../../../../operator/runtime/client/api-error.ts';

const PODS = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };

describe('the log of refused namespaces', () => {
  it('has each namespace once, and again after ten minutes, in the words of the API server and with what to do', () => {
    let now = 0;
    const lines: [string, object | undefined][] = [];
    const warn = (message: string, fields?: object): void => void lines.push([message, fields]);
    const log = { warn, info: warn, error: warn, debug: warn };
    const denials = new DenialLog(log, 'Create it', () => now);
    const error = new ApiError(403, 'Forbidden', 'pods is forbidden');
    for (const minute of [0, 1, 9, 10, 11]) {
      now = minute * 60_000;
      denials.report('gone', PODS, error);
    }
    denials.report('other', PODS, error);
    const expected = (namespace: string) => [
      'The API server refuses a watched namespace',
      { namespace, kind: 'Pod', error: 'pods is forbidden', advice: 'Create it' },
    ];
    expect(lines).to.deep.equal([expected('gone'), expected('gone'), expected('other')]);
  });
});
