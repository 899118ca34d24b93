import { expect } from 'chai';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { profileServer } from '../../../../operator/runtime/telemetry/profile.ts';

describe('profiles on demand', () => {
  let server: Server;

  beforeEach(async () => {
    server = profileServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => server.close());

  function ask(path: string, host = 'localhost:8083'): Promise<{ status: number; body: Record<string, unknown> }> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', path, headers: { host }, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  it('show where time is spent, one at a time', async () => {
    const first = ask('/debug/cpu?seconds=0.2');
    expect((await ask('/debug/cpu?seconds=0.2')).status).to.equal(409);
    const { status, body } = await first;
    expect(status).to.equal(200);
    expect(body).to.include.all.keys('nodes', 'samples', 'timeDeltas');
    expect((await ask('/debug/cpu?seconds=0.01')).status).to.equal(200);
  });

  it('show the memory in use, in figures only', async () => {
    const { status, body } = await ask('/debug/heap');
    expect(status).to.equal(200);
    expect(body.rss).to.be.above(1_000_000);
    expect(body.heap).to.have.property('used_heap_size');
  });

  it('are refused under another host name, and on other paths', async () => {
    expect((await ask('/debug/heap', 'evil.example')).status).to.equal(403);
    for (const path of ['/debug/other', '//']) expect((await ask(path)).status).to.equal(404);
  });
});
