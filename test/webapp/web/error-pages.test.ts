import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createApp } from '../../../webapp/app.ts';
import { systemClock } from '../../../webapp/clock.ts';
import { readConfig } from '../../../webapp/config.ts';
import { compose } from '../../../webapp/services.ts';
import { ask } from '../../support/http.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

describe('A fault that no error page reacts to', () => {
  it('gets a plain 500 and a line in the log where the error page itself cannot be rendered', async () => {
    const { logger, text } = recordingLogger();
    const config = readConfig({ db_uri: 'mysql://a:b@127.0.0.1:1/c', secret_key: 'only for tests 0123456789' });
    const { services, database } = compose({ config, clock: systemClock, logger });
    const app = createApp({ services, config });
    app.engine('ejs', (_path, _page, done) => done(new Error('broken on purpose')));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const written: unknown[] = [];
    const say = console.error;
    console.error = (...values: unknown[]) => written.push(...values);
    try {
      const { status, headers, body } = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/about`);
      expect(status).to.equal(500);
      expect(headers['content-security-policy']).to.include("default-src 'none'");
      expect(body)
        .to.include('Internal Server Error')
        .and.not.match(/on purpose|\.js/);
      // Express' own handler writes in the next turn of the event loop
      await setImmediate();
      expect(written, 'standard error').to.deep.equal([]);
      const logged = text()
        .split('\n')
        .filter((line) => line.includes('broken on purpose'))
        .map((line) => (JSON.parse(line) as { readonly message: string }).message);
      expect(logged).to.deep.equal(['Request failed', 'The error page failed']);
    } finally {
      console.error = say;
      server.close();
      await database.close();
    }
  });
});
