import { Socket } from 'node:net';
import type { Connection } from 'mysql2';

/**
 * Ends the connection of a statement that has no answer in time. The statement then fails with ETIMEDOUT. Half way it calls
 * `onOverdue`. An answer that arrived while this process itself was blocked still counts.
 *
 * This is the one file that uses a private interface of a library. Without it a server that stops answering would hold requests for
 * ever: Sequelize has no deadline for a statement, and mysql2's own leaves the connection open, waiting for the late answer.
 * It relies on two things, which deadline.test.ts checks:
 *   - Sequelize sends each statement with `query` or `execute` of the connection, with a callback as the last argument;
 *   - mysql2 keeps the connection's socket in `stream`, and an error of that socket fails the statement.
 */
export function withDeadline(connection: Connection, timeoutMs: number, onOverdue?: () => void): Connection {
  const socket = socketOf(connection);
  if (!socket) throw new Error(MOVED);
  for (const method of ['query', 'execute'] as const) {
    const original = connection[method].bind(connection) as (...parameters: unknown[]) => unknown;
    const bounded = (...parameters: unknown[]) => {
      const callback = parameters.at(-1);
      if (typeof callback !== 'function') return original(...parameters);
      let answered = false;
      let timer = setTimeout(() => {
        onOverdue?.();
        timer = setTimeout(() => setImmediate(giveUp), timeoutMs / 2);
      }, timeoutMs / 2);
      const giveUp = () => {
        if (answered) return;
        const error = Object.assign(new Error('MySQL did not answer in time'), { code: 'ETIMEDOUT' });
        socketOf(connection)?.destroy(error);
      };
      const answer = (...results: unknown[]) => {
        answered = true;
        clearTimeout(timer);
        (callback as (...results: unknown[]) => void)(...results);
      };
      return original(...parameters.slice(0, -1), answer);
    };
    Object.defineProperty(connection, method, { value: bounded });
  }
  return connection;
}

const MOVED = 'mysql2 no longer keeps its socket in `stream`: webapp/database/deadline.ts needs it to end a connection';

/** Looked up each time, because encryption replaces the socket. */
function socketOf(connection: Connection): Socket | undefined {
  const { stream } = connection as unknown as { readonly stream?: unknown };
  return stream instanceof Socket ? stream : undefined;
}
