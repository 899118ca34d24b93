import winston from 'winston';
import type { Logger } from './runtime/telemetry/log.ts';

/** Writes one line of JSON for each entry. */
export function createLogger(level: string): Logger {
  return winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
}
