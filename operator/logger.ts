import winston from 'winston';
import type { Logger } from './runtime/telemetry/log.ts';

/** Constant messages with fields, a line of JSON each. */
export function createLogger(level: string): Logger {
  return winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
}
