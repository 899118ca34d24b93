import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiServer } from '../../../scripts/cluster/components.ts';
import { nodeFiles, type NodeFacts, writeRegistry } from '../../../scripts/cluster/node-files.ts';

const facts: NodeFacts = {
  folder: "/var/it's here/demo",
  bin: '/opt/kubernetes',
  node: 'node1',
  nodeIp: '10.199.3.2',
  hostIp: '10.199.3.1',
  cgroup: 'iv-demo',
  snapshotter: 'native',
};

function textOf(content: string | object | undefined): string {
  return typeof content === 'string' ? content : '';
}

/** The words of a line as a shell reads them. */
function wordsOf(line: string): string[] {
  return execFileSync('sh', ['-c', `run() { printf '%s\\n' "$@"; }\n${line}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

describe('the files of a node', () => {
  const files = nodeFiles(facts);
  const lines = (name: string) => textOf(files[name]).trim().split('\n');

  it('start every program by name, whatever stands in the path of the folder', () => {
    const started = [...lines('control-plane.sh'), ...lines('others.sh')].map(wordsOf);
    expect(started.map(([name]) => name)).to.deep.equal([
      'etcd',
      'containerd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'kube-proxy',
      'coredns',
      'metrics-server',
      'provisioner',
      'netpol',
    ]);
    const etcd = started[0] ?? [];
    expect(etcd.slice(0, 3)).to.deep.equal(['etcd', '/opt/kubernetes/etcd', `--data-dir=${facts.folder}/etcd`]);
  });

  it('put the pods under the cluster’s own cgroup, and its DNS at the node', () => {
    expect(files['kubelet.yaml']).to.deep.include({ cgroupRoot: '/iv-demo', clusterDNS: ['10.199.3.2'] });
  });

  it('log no writes unless asked to', () => {
    expect(textOf(files['control-plane.sh'])).not.to.contain('audit-log-path');
    const audited = nodeFiles({ ...facts, auditLog: '/logs/audit.log' });
    expect(textOf(audited['control-plane.sh'])).to.contain("'--audit-log-path=/logs/audit.log'");
  });
});

describe('a registry that the node is told of', () => {
  it('is found by containerd, and asked over HTTP at the address of this machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'node-'));
    try {
      await writeRegistry(folder, 'localhost:5001', '10.199.3.1');
      const config = textOf(nodeFiles({ ...facts, folder })['containerd/config.toml']);
      const [, place = ''] = /^config_path = "(.*)"$/m.exec(config) ?? [];
      const hosts = await readFile(join(place, 'localhost:5001', 'hosts.toml'), 'utf8');
      expect(hosts).to.contain('[host."http://10.199.3.1:5001"]');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("the API server's flags", () => {
  it('give way to what the caller adds', () => {
    const plane = {
      bin: '/bin',
      pki: '/pki',
      data: '/data',
      address: '127.0.0.1',
      ports: { api: 1, etcd: 2, etcdPeer: 3, controllerManager: 4 },
    };
    expect(apiServer(plane).args).to.include('--profiling=false');
    expect(apiServer(plane, { profiling: true }).args)
      .to.include('--profiling=true')
      .and.not.to.include('--profiling=false');
  });
});
