import { Writable } from 'node:stream';
import { createLogger, type Logger } from '../../webapp/log.ts';
import { transports } from 'winston';

/** A logger and what it wrote. */
export function recordingLogger(): { readonly logger: Logger; readonly text: () => string } {
  let text = '';
  const logger = createLogger('debug');
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      text += chunk.toString();
      callback();
    },
  });
  logger.clear().add(new transports.Stream({ stream }));
  return { logger, text: () => text };
}
