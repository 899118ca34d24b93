import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStalled, isWarning, messageOf, REASON, REASONS, stallsLater } from '../../../operator/api/reasons.ts';
import { root } from '../../../scripts/cluster/paths.ts';

const sources = globSync('operator/**/*.ts', { cwd: root })
  .filter((path) => !path.endsWith(join('api', 'reasons.ts')))
  .map((path) => readFileSync(join(root, path), 'utf8'));

const uses = (pattern: RegExp): string[] =>
  sources.flatMap((source) => [...source.matchAll(pattern)].flatMap(([, name]) => name ?? []));

const GATES_AND_ROOTS = ['Ready', 'Reconciling', 'CredentialsReady', 'DatabaseReady', 'SchemaReady', 'WebReady'];

describe('the table of reasons', () => {
  it('holds every reason that is used, and no other', () => {
    expect([...new Set(uses(/\bREASON\.(\w+)/g))].sort()).to.deep.equal(Object.keys(REASON).sort());
    const literals = uses(/findingOf\([^()]*?,\s*(?:true|false|'Unknown'),\s*'(\w+)'/g);
    expect(literals, 'reasons that bypass the table').to.deep.equal([]);
  });

  it('says of each that stalls after how long it appears, and warns of it', () => {
    const stalled = Object.entries(REASONS).filter(([, { kind }]) => kind === 'stalled');
    expect(stalled).to.have.length.above(10);
    for (const [name, reason] of stalled) {
      expect(reason, name).to.have.property('after').that.matches(/\w/);
      expect(isWarning(name), name).to.equal(true);
      expect(isStalled(name), name).to.equal(true);
    }
  });

  it('warns of nothing that is as it should be', () => {
    for (const [name, { kind }] of Object.entries(REASONS)) {
      if (kind !== 'stalled') expect(isStalled(name), name).to.equal(false);
      if (kind !== 'stalled' && kind !== 'reconciling') expect(isWarning(name), name).to.equal(false);
    }
    expect(['RollingOut', 'DatabaseStarting', 'ImagePullRetrying', 'VolumePending'].filter(isWarning)).to.deep.equal(
      [],
    );
  });

  it('has a kind for each that fits its conditions: what gates nothing stalls nothing', () => {
    for (const [name, reason] of Object.entries(REASONS)) {
      if (reason.kind === 'event') continue;
      const gates = reason.of.some((type) => GATES_AND_ROOTS.includes(type));
      expect(gates, name).to.equal(reason.kind !== 'aside');
    }
  });

  it('calls stalled, at once or after a while, whatever the reconcile gives up on until something changes', () => {
    const given = uses(/new TerminalError\(\s*REASON\.(\w+)/g);
    expect(given).to.include('notOwned').and.have.length.above(3);
    for (const key of given) {
      const name = REASON[key as keyof typeof REASON];
      expect(isStalled(name) || stallsLater(name), key).to.equal(true);
    }
  });

  it('makes a message of what is the matter and what to do', () => {
    expect(messageOf(REASON.noIngressClass, { ingress: 'milky-way-web' })).to.equal(
      'No controller takes Ingress milky-way-web: set spec.ingress.className to one of kubectl get ingressclass, or install an ingress controller with a default class',
    );
    expect(messageOf(REASON.rollingOut)).to.equal('The web pods are rolling out');
    // @ts-expect-error: it needs to know which pod
    expect(messageOf(REASON.imagePullFailed, { image: 'webapp:1' })).to.contain('webapp:1');
  });
});
