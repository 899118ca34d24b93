import { type Connection, createServer } from 'mysql2';
import { freePorts } from '../../scripts/cluster/ports.ts';

export interface FakeMysql {
  readonly port: number;
  /** Every statement so far that was not prepared. */
  readonly asked: readonly string[];
  readonly close: () => void;
}

/**
 * Speaks MySQL's protocol just well enough to let everybody in, to say OK to SET and to answer whatever `answers` says of a statement
 * with its version. It leaves everything else, and all that is prepared, without an answer.
 */
export async function fakeMysql(version: string, answers: (sql: string) => boolean): Promise<FakeMysql> {
  const asked: string[] = [];
  const connections = new Set<Connection>();
  const server = createServer((connection) => {
    // the driver's server side leaves it to its user to begin each exchange at nought
    const done = () => Object.assign(connection, { sequenceId: 0 });
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: version,
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff,
      authCallback(_credentials: unknown, letIn: (refusal: null) => void) {
        letIn(null);
        done();
      },
    });
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('stmt_prepare', () => undefined);
    connection.on('query', (sql: string) => {
      asked.push(sql);
      if (sql.startsWith('SET ')) connection.writeOk();
      else if (answers(sql)) connection.writeTextResult([{ version }], [VERSION_COLUMN]);
      done();
    });
  });
  const [port = 0] = await freePorts(1);
  // who connects before it listens tries again
  server.listen(port);
  const close = () => {
    server.close(() => undefined);
    for (const connection of connections) connection.destroy();
  };
  return { port, asked, close };
}

const VERSION_COLUMN = {
  ...{ catalog: 'def', schema: '', table: '', orgTable: '', name: 'version', orgName: '' },
  ...{ characterSet: 33, columnLength: 255, columnType: 253, flags: 0, decimals: 0 },
};
