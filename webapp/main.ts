import { createServer, type RequestListener, type Server } from 'node:http';
import { createApp } from './app.ts';
import { type Chore, runChore } from './chores.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { createProbeServer } from './probes/probe-server.ts';
import { compose } from './services.ts';

const SWEEP_INTERVAL_MS = 600_000;
const CHECK_INTERVAL_MS = 60_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Less than the time for headers. */
const UNUSED_CONNECTION_MS = 9_000;

function main(): void {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  let draining = false;
  let isSchemaThere = false;
  const { services, database, outbox, mailSender } = compose({
    config,
    clock: systemClock,
    logger,
    isDraining: () => draining,
    onDatabaseUp: () => (isSchemaThere = true),
    onDatabaseOutdated: () => (isSchemaThere = false),
  });

  const server = pageServer(createApp({ services, config }), config);
  server.on('drop', () => services.metrics.connectionsRefused.inc());
  const probes = createProbeServer(
    {
      listening: () => server.listening,
      draining: () => draining,
      isSchemaThere: () => isSchemaThere,
      database: () => database.state(),
    },
    services.metrics,
  );
  for (const one of [server, probes]) {
    one.on('error', (error) => {
      logger.error('Cannot listen', { error });
      process.exit(1);
    });
  }
  probes.listen(config.probePort);
  server.listen(config.port, () => logger.info('Listening', { port: config.port, probePort: config.probePort }));

  mailSender?.start();
  const links = [services.resets, services.emailChanges].map((store) => ({
    sweep: () => store.sweep(systemClock.now()),
  }));
  const { sessionStore, throttle, sweepWaitlists, checkCounters, fillIdentities } = services;
  const every = (milliseconds: number, chore: Chore) => {
    setInterval(() => runChore(chore, logger), milliseconds).unref();
  };
  for (const expiring of [sessionStore, throttle, outbox, ...links]) every(SWEEP_INTERVAL_MS, () => expiring.sweep());
  every(SWEEP_INTERVAL_MS, fillIdentities);
  every(config.bookings.sweepSeconds * 1000, sweepWaitlists);
  every(CHECK_INTERVAL_MS, checkCounters);

  let mailsGivenBack = Promise.resolve();
  const close = () => {
    const giveUp = setTimeout(() => server.closeAllConnections(), config.server.drainSeconds * 1000);
    server.close(() => {
      clearTimeout(giveUp);
      probes.close();
      void mailsGivenBack
        .finally(() => database.close())
        .finally(() => {
          logger.info('Drained');
          process.exit(0);
        });
    });
  };
  const drain = (signal: NodeJS.Signals) => {
    if (draining) return;
    draining = true;
    logger.info('Draining', { signal });
    if (mailSender) mailsGivenBack = mailSender.stop(config.server.drainSeconds * 1000);
    // proxies learn of the shutdown only after a while, so requests are still served; each answer closes its connection.
    // With Ctrl-C there is no proxy
    setTimeout(close, signal === 'SIGINT' ? 0 : config.server.drainGraceSeconds * 1000);
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

/** Kept alive longer than proxies keep their side, else they send into a connection that is just being closed. */
function pageServer(listener: RequestListener, { server: settings }: Config): Server {
  const server = createServer(
    {
      keepAliveTimeout: settings.keepAliveSeconds * 1000,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 5000,
    },
    listener,
  );
  // opened ahead of need, as browsers do: Node would answer with 408, which the first request would take for its own answer
  server.on('connection', (socket) => {
    const closing = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, UNUSED_CONNECTION_MS);
    socket.once('close', () => clearTimeout(closing));
  });
  server.maxConnections = settings.maximumConnections;
  // connections that are never renewed would keep new pods without work
  server.maxRequestsPerSocket = settings.requestsPerConnection;
  return server;
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
