import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writesToReplicas } from './audit-log.ts';

const event = (change: object) => ({
  verb: 'patch',
  requestReceivedTimestamp: '2026-11-22T10:00:05.000000Z',
  user: { username: 'system:serviceaccount:vacation-system:vacation-operator' },
  objectRef: { resource: 'deployments', name: 'milky-way-web' },
  requestObject: { spec: { replicas: 3 } },
  ...change,
});

describe('the writes to replicas in an audit log', () => {
  for (const [title, line, count] of [
    ['are those of the operator', event({}), 1],
    [
      'are those to the scale of the Deployment too',
      event({ objectRef: { resource: 'deployments', subresource: 'scale', name: 'milky-way-web' } }),
      1,
    ],
    [
      'are not those of the autoscaler',
      event({ user: { username: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler' } }),
      0,
    ],
    ['are not those that leave replicas alone', event({ requestObject: { spec: { template: {} } } }), 0],
    ['are not those to another Deployment', event({ objectRef: { resource: 'deployments', name: 'other-web' } }), 0],
    ['are not those of before', event({ requestReceivedTimestamp: '2026-11-22T09:59:59.000000Z' }), 0],
  ] as const) {
    it(title, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'audit-'));
      const path = join(folder, 'audit.log');
      await writeFile(path, `${JSON.stringify(line)}\n`);
      const found = await writesToReplicas(path, 'milky-way-web', new Date('2026-11-22T10:00:00Z'));
      await rm(folder, { recursive: true });
      expect(found).to.have.length(count);
    });
  }
});
