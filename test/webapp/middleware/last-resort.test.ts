import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type Services } from '../../../webapp/app.ts';
import { systemClock } from '../../../webapp/clock.ts';
import { readConfig } from '../../../webapp/config.ts';
import { lastResort } from '../../../webapp/middleware/last-resort.ts';
import { compose } from '../../../webapp/services.ts';
import type { SessionReader, SessionStore } from '../../../webapp/sessions/session-store.ts';
import { ask } from '../../support/http.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

const KEY = 'only for tests 0123456789';

describe('A fault that no error page reacts to', () => {
  const { logger, text } = recordingLogger();
  const config = readConfig({ db_uri: 'mysql://a:b@127.0.0.1:1/c', secret_key: KEY });
  const { services, database } = compose({ config, clock: systemClock, logger });
  after(() => database.close());

  const asked = async (listener: RequestListener, path = '/', headers: Readonly<Record<string, string>> = {}) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers });
    } finally {
      server.close();
    }
  };
  const failing = (more: Partial<Services>) => createApp({ ...services, ...more }, config).listener;
  const broken = (): never => {
    throw new Error('broken on purpose');
  };
  const noView = { views: (name: string) => (name === 'error' ? broken : services.views(name)) };

  it('fails the request ahead of everything, tells nobody why, and is logged with its id', async () => {
    const { status, headers, body } = await asked(failing({ isDraining: broken }));
    expect([status, headers['content-type']]).to.deep.equal([500, 'text/plain; charset=utf-8']);
    expect(headers['content-security-policy']).to.include("default-src 'none'");
    expect(body).to.not.include('on purpose');
    expect(text()).to.include('broken on purpose').and.include(String(headers['x-request-id']));
  });

  it('fails the request where the error page itself cannot be rendered', async () => {
    const { status, body } = await asked(failing(noView), '/nowhere');
    expect(status).to.equal(500);
    expect(body).to.equal('Something went wrong on our side.\n');
  });

  it('fails the request of a traveller whose page cannot be sent, when it has been read', async () => {
    const data = JSON.stringify({ traveller: { id: 1, username: 'ada', name: 'Ada' } });
    const reader = (): SessionReader => () => Promise.resolve({ data, along: null, at: new Date() });
    const sessionStore = Object.assign(Object.create(services.sessionStore) as SessionStore, { reader });
    const listener = failing({ sessionStore });
    const signature = createHmac('sha256', KEY).update('an-id').digest('base64').replaceAll('=', '');
    const cookie = `sid=${encodeURIComponent(`s:an-id.${signature}`)}`;
    const breaking: RequestListener = (request, response) => {
      const writeHead = response.writeHead.bind(response);
      response.writeHead = () => {
        response.writeHead = writeHead;
        return broken();
      };
      listener(request, response);
    };
    expect((await asked(listener, '/about', { cookie })).body).to.include('ada');
    const { status, body } = await asked(breaking, '/about', { cookie });
    expect([status, body]).to.deep.equal([500, 'Something went wrong on our side.\n']);
  });

  it('ends the connection of an answer that has begun', async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      lastResort({ response, headers: [], id: 'x', logger })(new Error('late'));
    };
    const outcome = await asked(listener).catch((error: unknown) => error);
    expect(outcome).to.be.an('error');
  });
});
