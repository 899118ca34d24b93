import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../../scripts/cluster/paths.ts';
import { freePorts } from '../../../scripts/cluster/ports.ts';
import { startScript } from '../../support/npm-script.ts';
import { createWorld, type World } from './world.ts';

describe('the npm scripts of the README', function () {
  this.timeout(180_000);
  let world: World;
  let env: NodeJS.ProcessEnv;
  let readyz: string;
  let statusPage: string;

  before(async () => (world = await createWorld()));
  after(() => world.stop());

  beforeEach(async () => {
    const [health, metrics, page] = await freePorts(3);
    env = {
      KUBECONFIG: world.server.kubeconfigPath,
      HEALTH_PORT: String(health),
      METRICS_PORT: String(metrics),
      WEBAPP_IMAGE: 'webapp:1',
      STATUS_PAGE_PORT: String(page),
      STATUS_PAGE_ACCESS: 'Loopback',
    };
    statusPage = `http://127.0.0.1:${page}/`;
    readyz = `http://127.0.0.1:${health}/readyz`;
  });

  it('run the operator that was built, against the cluster of the kubeconfig', async () => {
    const operator = startScript('start:operator', env);
    try {
      await operator.says('Leading');
      expect((await fetch(readyz)).status).to.equal(200);
      expect((await fetch(statusPage)).status).to.equal(200);
    } finally {
      await operator.interrupt();
    }
    expect(operator.said()).to.contain('Stopped');
  });

  it('run it without the status page where the port of that is taken, and say so', async () => {
    const other = createServer().listen(Number(env.STATUS_PAGE_PORT));
    await once(other, 'listening');
    const operator = startScript('start:operator', env);
    try {
      await operator.says('The status page cannot be served: STATUS_PAGE_PORT');
      await operator.says('Leading');
    } finally {
      await operator.interrupt();
      other.close();
    }
  });

  it("run the operator's sources, and anew when one changes", async () => {
    const operator = startScript('dev:operator', env);
    try {
      await operator.says('Leading');
      await utimes(join(root, 'operator/manager.ts'), new Date(), new Date());
      await operator.says('Leading', 2);
      expect((await fetch(readyz)).status).to.equal(200);
      expect((await fetch(statusPage)).status).to.equal(200);
    } finally {
      await operator.interrupt();
    }
  });
});
