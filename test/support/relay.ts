import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Relay {
  readonly port: number;
  stop(): Promise<void>;
}

/** Leads connections from one endpoint to another. With port 0 it takes a free one. */
export async function startRelay(from: Endpoint, to: Endpoint): Promise<Relay> {
  const server = createServer((client) => {
    const onward = connect(to.port, to.host);
    pipeline(client, onward, client, () => undefined);
  });
  server.listen(from.port, from.host);
  await once(server, 'listening');
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : from.port,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}
