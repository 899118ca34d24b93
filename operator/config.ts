import { hostname } from 'node:os';
import process from 'node:process';
import type { StatusPageSettings } from './status-page/settings.ts';
import type { PodIds } from './vacation-app/platform.ts';

export interface Config {
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  /** A label selector. Empty: every app. */
  readonly watchSelector: string;
  readonly leaderElection: boolean;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly identity: string;
  readonly healthPort: number;
  readonly metricsPort: number;
  /** On loopback only. 0 means no profile server. */
  readonly profilePort: number;
  readonly statusPage: StatusPageSettings;
  readonly workers: number;
  /** It has no default, because this source cannot know the registry of those who build the images. */
  readonly webappImage: string;
  readonly mysqlImage: string;
  /** Who chooses the user and group ids of pods. By default the operator discovers it from the cluster. */
  readonly podIds: 'Discovered' | PodIds;
  readonly logLevel: string;
}

const SHORTEST_SECRET = 16;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'];
const LABEL_SELECTOR = labelSelectorPattern();

/** Thrown with every fault of the environment in one message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from environment variables, which docs/reference-operator.md lists.
 *
 * @throws ConfigError
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable counts as not set, because templates often leave empty ones.
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const faults: string[] = [];
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name];
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      faults.push(`${name} is "${text ?? ''}", but must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
  const oneOf = <T extends string>(name: string, fallback: T, values: readonly T[]): T => {
    const value = env[name] ?? fallback;
    const known = values.find((one) => one === value);
    if (known === undefined) faults.push(`${name} is "${value}", but must be one of ${values.join(', ')}`);
    return known ?? fallback;
  };
  const image = (name: string, fallback?: string): string => {
    const value = env[name] ?? fallback;
    if (value === undefined) {
      faults.push(`${name} is not set: set it, or build the operator's image with --build-arg ${name}=IMAGE`);
    } else if (/\s/.test(value)) {
      faults.push(`${name} is "${value}", but must be the name of an image`);
    }
    return value ?? '';
  };

  const namespaces = (): string[] => {
    const names = (env.WATCH_NAMESPACES ?? '').split(',').map((name) => name.trim());
    const wrong = names.find((name) => !/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/.test(name));
    if (wrong !== undefined) faults.push(`WATCH_NAMESPACES holds "${wrong}", which is not the name of a namespace`);
    return [...new Set(names)].filter((name) => name !== '');
  };

  const hosts = (): string[] => {
    const names = (env.STATUS_PAGE_HOSTS ?? '').split(',').map((name) => name.trim().toLowerCase());
    const wrong = names.find((name) => !/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\])?$/.test(name));
    if (wrong !== undefined) faults.push(`STATUS_PAGE_HOSTS holds "${wrong}", which is not the name of a host`);
    return names.filter((name) => name !== '');
  };
  const proxySecret = (): string | undefined => {
    const secret = env.STATUS_PAGE_PROXY_SECRET;
    if (secret !== undefined && secret.length < SHORTEST_SECRET) {
      faults.push(`STATUS_PAGE_PROXY_SECRET must have at least ${SHORTEST_SECRET} random characters`);
    }
    return secret;
  };
  const selector = (): string => {
    const text = env.WATCH_SELECTOR ?? '';
    if (text !== '' && !LABEL_SELECTOR.test(text))
      faults.push(`WATCH_SELECTOR is "${text}", but must be a label selector, such as team=a`);
    return text;
  };

  const config: Config = {
    watchNamespaces: namespaces(),
    watchSelector: selector(),
    leaderElection: oneOf('LEADER_ELECTION', 'true', ['true', 'false']) === 'true',
    leaseNamespace: env.POD_NAMESPACE ?? 'vacation-system',
    leaseName: env.LEASE_NAME ?? 'vacation-operator',
    identity: env.POD_NAME ?? `${hostname()}-${process.pid}`,
    healthPort: integer('HEALTH_PORT', 8081, 0, 65_535),
    metricsPort: integer('METRICS_PORT', 8080, 0, 65_535),
    profilePort: integer('PROFILE_PORT', 0, 0, 65_535),
    statusPage: {
      port: integer('STATUS_PAGE_PORT', 8082, 0, 65_535),
      hosts: hosts(),
      access: oneOf('STATUS_PAGE_ACCESS', 'Discovered', ['Discovered', 'Token', 'Loopback']),
      proxySecret: proxySecret(),
    },
    workers: integer('WORKERS', 10, 1, 100),
    webappImage: image('WEBAPP_IMAGE'),
    mysqlImage: image('MYSQL_IMAGE', 'mysql:8.4'),
    podIds: oneOf('POD_IDS', 'Discovered', ['Discovered', 'Managed', 'Platform']),
    logLevel: oneOf('LOG_LEVEL', 'info', LOG_LEVELS),
  };
  if (config.statusPage.access === 'Loopback' && config.statusPage.proxySecret !== undefined) {
    faults.push('STATUS_PAGE_ACCESS is "Loopback", but STATUS_PAGE_PROXY_SECRET is for requests of a proxy');
  }
  const ports = {
    HEALTH_PORT: config.healthPort,
    METRICS_PORT: config.metricsPort,
    PROFILE_PORT: config.profilePort,
    STATUS_PAGE_PORT: config.statusPage.port,
  };
  for (const [index, [name, port]] of Object.entries(ports).entries()) {
    const same = Object.entries(ports)
      .slice(0, index)
      .find(([, other]) => other === port && port !== 0);
    if (same) faults.push(`${same[0]} and ${name} are both ${port}, but must differ`);
  }
  if (faults.length > 0) throw new ConfigError(`The environment is not valid: ${faults.join('; ')}.`);
  return Object.freeze(config);
}

/** What Kubernetes takes as a label selector, so that a mistake is told at the start, and not by every watch. */
function labelSelectorPattern(): RegExp {
  const name = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
  const key = `(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?${name}`;
  const requirement = [
    `!?${key}`,
    `${key} *(?:=|==|!=) *(?:${name})?`,
    `${key} +(?:in|notin) +\\((?: *(?:${name})? *,)* *(?:${name})? *\\)`,
  ].join('|');
  return new RegExp(`^ *(?:${requirement}) *(?:, *(?:${requirement}) *)*$`);
}
