import { expect } from 'chai';
import { readState } from '../../scripts/demo/state.ts';
import { names } from '../../scripts/cluster/built-in.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
import { openPage } from '../support/browser.ts';
import { hostState, leftBehind } from '../support/host-state.ts';
import { alerts, logIn } from '../support/traveller.ts';
import { eventually } from '../support/kubectl.ts';
import { world } from './world.ts';

const npm = (...args: string[]) => run('npm', args, { cwd: root, timeoutMs: 10 * 60_000 });
const shell = (...lines: string[]) => run('bash', ['-euc', lines.join('\n')], { cwd: root, timeoutMs: 60_000 });

describe('npm run demo', function () {
  this.timeout(12 * 60_000);
  let said: string;

  before(async () => {
    const isThere = (await readState()).cluster !== undefined || names().includes('demo');
    if (isThere) throw new Error('A demo is there already, which this test would take away: npm run demo:down');
  });

  it('lists its options', async () => {
    expect(await npm('run', 'demo', '--', '--help')).to.contain('--context NAME');
  });

  it('ends with the address of a booking page on which its traveller can log in, and demo:down leaves nothing behind', async () => {
    const before = await hostState();
    try {
      said = await npm('run', 'demo');
      const during = await hostState();
      const [, url = ''] = /Booking app\s+(http\S+)/.exec(said) ?? [];
      const watched = await openPage(world().browser, new URL(url).origin);
      await logIn(watched.page, { username: 'test1234', password: 'asdasd' });
      expect((await alerts(watched.page))[0]).to.contain('Success! You are logged in');
      expect(watched.faults).to.deep.equal([]);
      await watched.context.close();
      const [, status = ''] = /Status page\s+(http\S+)/.exec(said) ?? [];
      // the autoscaler may just have asked for one more pod
      await eventually(
        'the status page says that all is as declared',
        120_000,
        async () => (await fetch(`${status}apps/travel/milky-way`)).text(),
        (page) => page.includes('Everything is as declared'),
      );

      const commands = said.split('\n').map((line) => line.trim());
      const environment = commands.find((line) => line.startsWith('export KUBECONFIG')) ?? 'false';
      const [look = '', breaks = '', change = ''] = commands.filter((line) =>
        /^kubectl (get|delete|patch) /.test(line),
      );
      expect(await shell(environment, look)).to.contain('milky-way');
      // without the watch at its end, which only a person ends
      expect(await shell(environment, breaks.replace(/ --watch$/, ''))).to.contain('milky-way-mysql-0');
      expect(await shell(environment, change)).to.contain('patched');
      expect(leftBehind(before, during, during)).not.to.deep.equal([]);
      const loaded = await npm('run', 'demo', '--', '--load');
      expect(loaded).to.contain('is ready').and.contain('The autoscaler added web pods.');
      expect(loaded).to.match(/ [1-9]\d* requests were made, 0 failed\./);
      await npm('run', 'demo:down');
      expect(leftBehind(before, during, await hostState())).to.deep.equal([]);
    } finally {
      await npm('run', 'demo:down');
    }
    expect(await readState()).to.deep.equal({});
  });
});
