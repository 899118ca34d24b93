import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { kubernetesVersionIn } from '../../../scripts/cluster/build.ts';
import { runningElsewhere } from '../../../scripts/cluster/built-in.ts';
import { makeCgroup, removeCgroup } from '../../../scripts/cluster/cgroups.ts';
import { mirrorIn } from '../../../scripts/cluster/debian.ts';
import { goWheel, isNewEnough } from '../../../scripts/cluster/go.ts';
import { sources } from '../../../scripts/cluster/paths.ts';
import { seconds } from '../../../scripts/cluster/progress.ts';
import { freeSubnet } from '../../../scripts/cluster/subnet.ts';
import { UnavailableError } from '../../../scripts/cluster/unavailable.ts';
import { isOracleMysql } from '../../support/mysql.ts';

describe('a Go that is new enough', () => {
  const goMod = 'module x\n\ngo 1.26.4\n';
  for (const [line, expected] of [
    ['go version go1.26.4 linux/amd64', true],
    ['go version go1.26.8 linux/amd64', true],
    ['go version go1.27 linux/arm64', true],
    ['go version go2.0.1 linux/amd64', true],
    ['go version go1.26.3 linux/amd64', false],
    ['go version go1.26 linux/amd64', false],
    ['go version go1.9.9 linux/amd64', false],
    ['nonsense', false],
  ] satisfies [string, boolean][]) {
    it(`${expected ? 'is' : 'is not'} ${line}`, () => expect(isNewEnough(line, goMod)).to.equal(expected));
  }

  it('is the one that is installed where a machine has none', async () => {
    const ours = await readFile(join(sources, 'kubernetes', 'go.mod'), 'utf8');
    expect(isNewEnough(`go version go${goWheel.version} linux/amd64`, ours)).to.equal(true);
  });
});

describe('the version of Kubernetes', () => {
  it('is read from go.mod', async () => {
    const goMod = await readFile(join(sources, 'kubernetes', 'go.mod'), 'utf8');
    expect(kubernetesVersionIn(goMod)).to.match(/^1\.\d+\.\d+$/);
  });

  it('is not guessed when go.mod has none', () => {
    expect(() => kubernetesVersionIn('module x')).to.throw('k8s.io/kubernetes');
  });
});

describe("the mirror in apt's sources", () => {
  for (const [what, text, mirror] of [
    ['in the format of fields', 'Types: deb\nURIs: http://a.example/debian\nSuites: x\n', 'http://a.example/debian'],
    ['in the format of lines', 'deb http://a.example/debian/ bookworm main\n', 'http://a.example/debian'],
    ['with options', 'deb [arch=amd64] https://a.example/debian bookworm main\n', 'https://a.example/debian'],
  ] satisfies [string, string, string][]) {
    it(`is found ${what}`, () => expect(mirrorIn(text)).to.equal(mirror));
  }

  for (const text of ['deb http://a.example/ubuntu jammy main\n', 'URIs: http://a.example/debian-security\n', '']) {
    it(`is none in ${JSON.stringify(text)}`, () => expect(mirrorIn(text)).to.equal(undefined));
  }
});

describe('a free network', () => {
  for (const [what, taken, node] of [
    ['the first where nothing is in the way', ['127.0.0.1', 'default', 'fe80::/64'], '10.199.0.2'],
    ['the next beside a running cluster', ['10.199.0.1', '10.199.0.0/30'], '10.199.1.2'],
    ['beyond a wider route', ['10.199.0.0/23'], '10.199.2.2'],
    ['not bothered by addresses above its four', ['10.199.0.4/30'], '10.199.0.2'],
  ] satisfies [string, string[], string][]) {
    it(`is ${what}`, () => expect(freeSubnet(taken).node).to.equal(node));
  }

  it('is told to be missing rather than taken twice', () => {
    expect(() => freeSubnet(['10.0.0.0/8'])).to.throw('in use');
  });
});

describe('cgroups', () => {
  let mount: string;
  beforeEach(async () => (mount = await mkdtemp(join(tmpdir(), 'cgroups-'))));
  afterEach(() => rm(mount, { recursive: true }));

  it('are made in every hierarchy of version 1, and removed from all', async () => {
    for (const name of ['cpu', 'memory']) await makeHierarchy(join(mount, name));
    await makeCgroup('iv-x', mount);
    expect((await stat(join(mount, 'cpu', 'iv-x'))).isDirectory()).to.equal(true);
    expect((await stat(join(mount, 'memory', 'iv-x'))).isDirectory()).to.equal(true);
    await removeCgroup('iv-x', mount);
    expect(await stat(join(mount, 'cpu', 'iv-x')).catch(() => 'gone')).to.equal('gone');
  });

  it('of version 2 are refused by name of the controller that is not handed down', async () => {
    await writeFile(join(mount, 'cgroup.controllers'), 'cpu io memory\n');
    await writeFile(join(mount, 'cgroup.subtree_control'), 'cpu memory\n');
    const refusal: unknown = await makeCgroup('iv-x', mount).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(UnavailableError);
    expect((refusal as Error).message).to.contain('controller pids');
  });
});

describe('a MySQL of Oracle', () => {
  for (const [line, expected] of [
    ['mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)', true],
    ['/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', true],
    ['mysqld  Ver 8.0.16 for Linux on x86_64', true],
    ['mysqld  Ver 8.0.15 for Linux on x86_64', false],
    ['mysqld  Ver 5.7.44 for Linux on x86_64', false],
    ['mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64', false],
    ['', false],
  ] satisfies [string, boolean][]) {
    it(`${expected ? 'is' : 'is not'} "${line}"`, () => expect(isOracleMysql(line)).to.equal(expected));
  }
});

describe('a time in words', () => {
  for (const [milliseconds, words] of [
    [0, '0.0 s'],
    [1_540, '1.5 s'],
    [99_900, '99.9 s'],
    [100_000, '1 min 40 s'],
    [119_960, '2 min 0 s'],
  ] satisfies [number, string][]) {
    it(`is ${words} for ${milliseconds} ms`, () => expect(seconds(milliseconds)).to.equal(words));
  }
});

async function makeHierarchy(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'cgroup.procs'), '');
}

describe('a cluster of the same name in another cache folder', () => {
  it('is found while its first process runs', async function () {
    // the built-in cluster is Linux's alone, and found in its /proc
    if (process.platform !== 'linux') this.skip();
    const folder = '/var/cache/somebody-else/interstellar-vacation/clusters/here';
    // Its arguments are what it is known by.
    const init = spawn('sh', ['-c', 'echo started; read _', '/elsewhere/node-init.sh', folder]);
    try {
      await once(init.stdout, 'data');
      expect(runningElsewhere('here')).to.equal(folder);
      expect(runningElsewhere('there')).to.equal(undefined);
    } finally {
      init.kill();
      await once(init, 'exit');
    }
    expect(runningElsewhere('here')).to.equal(undefined);
  });
});
