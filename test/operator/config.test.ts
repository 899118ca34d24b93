import { expect } from 'chai';
import { ConfigError, readConfig } from '../../operator/config.ts';

const WEBAPP_IMAGE = 'registry.example.com/webapp:1';

const faultsOf = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('it was to be refused');
};

describe('the settings of the operator', () => {
  it('have defaults for everything but the image of the booking application', () => {
    const { identity, ...rest } = readConfig({ WEBAPP_IMAGE });
    expect(identity).to.match(/.-\d+$/);
    expect(rest).to.deep.equal({
      watchNamespaces: [],
      watchSelector: '',
      leaderElection: true,
      leaseNamespace: 'vacation-system',
      leaseName: 'vacation-operator',
      healthPort: 8081,
      metricsPort: 8080,
      profilePort: 0,
      statusPage: { port: 8082, hosts: [], access: 'Discovered', proxySecret: undefined },
      workers: 10,
      webappImage: WEBAPP_IMAGE,
      mysqlImage: 'mysql:8.4',
      podIds: 'Discovered',
      logLevel: 'info',
    });
  });

  it('are read from the environment', () => {
    const config = readConfig({
      WATCH_NAMESPACES: 'travel, , staging ',
      WATCH_SELECTOR: 'team=a',
      LEADER_ELECTION: 'false',
      POD_NAMESPACE: 'operators',
      POD_NAME: 'operator-1',
      LEASE_NAME: 'lease',
      HEALTH_PORT: '1',
      METRICS_PORT: '2',
      PROFILE_PORT: '3',
      STATUS_PAGE_PORT: '4',
      STATUS_PAGE_HOSTS: 'status.example.com, , Status.Internal',
      STATUS_PAGE_ACCESS: 'Token',
      STATUS_PAGE_PROXY_SECRET: 'a-secret-of-the-proxy',
      WORKERS: '3',
      WEBAPP_IMAGE: 'web:2',
      MYSQL_IMAGE: 'mysql:2',
      POD_IDS: 'Platform',
      LOG_LEVEL: 'debug',
    });
    expect(config).to.deep.equal({
      watchNamespaces: ['travel', 'staging'],
      watchSelector: 'team=a',
      leaderElection: false,
      leaseNamespace: 'operators',
      leaseName: 'lease',
      identity: 'operator-1',
      healthPort: 1,
      metricsPort: 2,
      profilePort: 3,
      statusPage: {
        port: 4,
        hosts: ['status.example.com', 'status.internal'],
        access: 'Token',
        proxySecret: 'a-secret-of-the-proxy',
      },
      workers: 3,
      webappImage: 'web:2',
      mysqlImage: 'mysql:2',
      podIds: 'Platform',
      logLevel: 'debug',
    });
    expect(config).to.be.frozen;
  });

  it('count as not given when they are empty', () => {
    expect(readConfig({ WEBAPP_IMAGE, HEALTH_PORT: '', LOG_LEVEL: '', MYSQL_IMAGE: '' })).to.include({
      healthPort: 8081,
      logLevel: 'info',
      mysqlImage: 'mysql:8.4',
    });
  });

  it('are refused without the image of the booking application, beside the other faults', () => {
    for (const missing of [{}, { WEBAPP_IMAGE: '' }]) {
      const message = faultsOf({ ...missing, WORKERS: '0' });
      expect(message).to.contain('WEBAPP_IMAGE is not set');
      expect(message).to.contain('WORKERS is "0"');
    }
  });

  it('are refused where two servers would have one port', () => {
    expect(faultsOf({ METRICS_PORT: '8081' })).to.contain('HEALTH_PORT and METRICS_PORT are both 8081');
    expect(faultsOf({ PROFILE_PORT: '8081' })).to.contain('HEALTH_PORT and PROFILE_PORT are both 8081');
    expect(faultsOf({ PROFILE_PORT: '8080' })).to.contain('METRICS_PORT and PROFILE_PORT are both 8080');
    expect(readConfig({ WEBAPP_IMAGE, HEALTH_PORT: '0', METRICS_PORT: '0' })).to.include({
      healthPort: 0,
      metricsPort: 0,
    });
  });

  it('of the status page are refused where they would open it, without a word of the secret', () => {
    expect(faultsOf({ STATUS_PAGE_PORT: '8080' })).to.contain('METRICS_PORT and STATUS_PAGE_PORT are both 8080');
    expect(faultsOf({ STATUS_PAGE_HOSTS: 'https://status.example.com' })).to.contain('not the name of a host');
    expect(faultsOf({ STATUS_PAGE_HOSTS: '*' })).to.contain('not the name of a host');
    expect(faultsOf({ STATUS_PAGE_PROXY_SECRET: 'short-marker' }))
      .to.contain('16 random')
      .and.not.contain('marker');
    const both = { STATUS_PAGE_ACCESS: 'Loopback', STATUS_PAGE_PROXY_SECRET: 'a-secret-of-the-proxy' };
    expect(faultsOf(both)).to.contain('STATUS_PAGE_ACCESS').and.not.contain('a-secret-of');
  });

  it('are refused with every fault in one message', () => {
    const faulty = {
      LEADER_ELECTION: 'yes',
      HEALTH_PORT: '70000',
      METRICS_PORT: 'http',
      WORKERS: '0',
      WEBAPP_IMAGE: 'two words',
      POD_IDS: 'openshift',
      STATUS_PAGE_PORT: '-1',
      STATUS_PAGE_ACCESS: 'open',
      LOG_LEVEL: 'loud',
    };
    const message = faultsOf(faulty);
    for (const [name, value] of Object.entries(faulty)) expect(message).to.contain(`${name} is "${value}"`);
  });

  for (const selector of [
    'team',
    '!team',
    'example.com/team == a, tier!=b',
    'team in (a, b),tier notin (c)',
    'team=,tier in (a,)',
  ]) {
    it(`take WATCH_SELECTOR=${selector}`, () => {
      expect(readConfig({ WEBAPP_IMAGE, WATCH_SELECTOR: selector }).watchSelector).to.equal(selector);
    });
  }

  for (const [name, value] of [
    ['WATCH_SELECTOR', 'team=a b'],
    ['WATCH_SELECTOR', 'team in a'],
    ['WATCH_SELECTOR', 'team=a,'],
    ['WATCH_SELECTOR', '-team'],
    ['WATCH_SELECTOR', 'a/b/c'],
    ['WORKERS', '1.5'],
    ['WORKERS', '-1'],
    ['WORKERS', '101'],
    ['LEADER_ELECTION', 'TRUE'],
  ] as const) {
    it(`do not take ${name}=${value}`, () => {
      expect(faultsOf({ [name]: value })).to.contain(name);
    });
  }
});
