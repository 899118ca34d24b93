import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/connection.ts';
import type { MailSender } from '../mail/sender.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly bookings: Counter<'outcome'>;
  readonly mismatchedDepartures: Gauge;
  readonly logIns: Counter<'outcome'>;
  readonly mails: Counter<'outcome'>;
  readonly connectionsRefused: Counter;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    bookings: new Counter({
      name: 'bookings_total',
      help: 'Booking forms by what became of them: booked, repeated, full, overlapping, invalid, waitlisted; and bookings cancelled, undone, changed',
      labelNames: ['outcome'],
      registers,
    }),
    mismatchedDepartures: new Gauge({
      name: 'departures_mismatched',
      help: 'Departures to come whose counter of taken places is not the number of their bookings and places kept; never above 0',
      registers,
    }),
    logIns: new Counter({
      name: 'log_ins_total',
      help: 'Log-ins by outcome: succeeded, failed, throttled',
      labelNames: ['outcome'],
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'connections_refused_total',
      help: 'Connections closed as they came because as many as MAX_CONNECTIONS allows were open',
      registers,
    }),
    mails: new Counter({
      name: 'mails_total',
      help: 'Attempts to send mail by outcome: sent, postponed, refused, lapsed, dropped',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

export function watchDatabase(metrics: Metrics, database: Database): void {
  const registers = [metrics.registry];
  new Gauge({
    name: 'database_up',
    help: '1 while the database answers, takes writes and has the schema that this release needs',
    registers,
    collect() {
      this.set(database.state() === 'up' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'database_work_under_way',
    help: 'Reads, writes and transactions that run now or wait for a connection; above DB_POOL_SIZE some wait',
    registers,
    collect() {
      this.set(database.underWay());
    },
  });
}

export function watchMail(metrics: Metrics, sender: MailSender, clock: Clock): void {
  const registers = [metrics.registry];
  new Gauge({
    name: 'mails_waiting',
    help: 'Mails in the outbox, which all pods share, when this one looked last',
    registers,
    collect() {
      this.set(sender.waiting().count);
    },
  });
  new Gauge({
    name: 'mail_oldest_waiting_seconds',
    help: 'How long the oldest of them has waited; 0 where none waits',
    registers,
    collect() {
      const { oldest } = sender.waiting();
      this.set(oldest ? Math.max(0, (clock.now().getTime() - oldest.getTime()) / 1000) : 0);
    },
  });
}
