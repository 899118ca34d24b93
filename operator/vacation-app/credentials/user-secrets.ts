import type { V1Secret, V1SecretKeySelector } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { faultOf, credentialKeysOf } from './credentials.ts';
import { databaseKindOf } from '../database/database.ts';
import { FOLLOWED_SECRET, SECRET } from '../kinds.ts';

/** A user's Secret that the app requires. The operator reads it and never writes it. */
export interface SecretUse {
  readonly name: string;
  /** The field of the spec that names it. */
  readonly field: string;
  /** The required keys. */
  readonly keys: readonly string[];
  /** The keys that web pods read, including optional ones. */
  readonly ofWebPods: readonly string[];
}

export interface UserSecret {
  readonly data: Readonly<Record<string, string>>;
  /** Whether the Secret has the watch label. Pods restart when a followed Secret changes. */
  readonly isFollowed: boolean;
  /** Why it could not be read. Nothing is known of it then. */
  readonly error?: Error;
}

/** The user's Secrets that exist or could not be read, by name. */
export type UserSecrets = ReadonlyMap<string, UserSecret>;

/** The user's Secrets that the app requires. */
export function secretUses(app: CompleteApp): SecretUse[] {
  const name = app.spec.credentials?.secretName;
  const ofWebPods = ['db_uri', 'secret_key', 'secret_key_previous'];
  const field = 'spec.credentials.secretName';
  return [
    ...(name === undefined ? [] : [{ name, field, keys: credentialKeysOf(app), ofWebPods }]),
    ...(databaseKindOf(app).secretUses?.(app) ?? []),
  ];
}

/** The names of the Secrets that `spec.env` takes values from. */
export const namesInEnv = ({ spec }: VacationApp): string[] => [
  ...new Set((spec.env ?? []).flatMap(({ valueFrom }) => nameOf(valueFrom?.secretKeyRef))),
];

const nameOf = (selector: V1SecretKeySelector | undefined): string[] =>
  selector?.name === undefined ? [] : [selector.name];

/** The names of all user's Secrets in the spec, followed or not. */
export function userSecretNames(app: VacationApp): string[] {
  const ofDatabase = databaseKindOf(app).secretNames?.(app) ?? [];
  const named = [app.spec.credentials?.secretName, ...ofDatabase, ...namesInEnv(app)];
  return named.filter((name) => name !== undefined);
}

/**
 * Takes labelled Secrets from the cache and reads other required ones by name. It does not read those that only `spec.env` names. The kubelet reports
 * when they are missing. A failure to read one is part of the result, so that the status can tell of it.
 */
export async function readUserSecrets(app: CompleteApp, cluster: Cluster): Promise<UserSecrets> {
  const { namespace = '' } = app.metadata;
  const found = new Map<string, UserSecret>();
  const needed = new Set(secretUses(app).map(({ name }) => name));
  for (const name of new Set(userSecretNames(app))) {
    const followed = cluster.store(FOLLOWED_SECRET).get(namespace, name) as V1Secret | undefined;
    try {
      const secret = followed ?? (needed.has(name) ? await cluster.read(SECRET, namespace, name) : undefined);
      if (secret) found.set(name, { data: (secret as V1Secret).data ?? {}, isFollowed: followed !== undefined });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      found.set(name, { data: {}, isFollowed: false, error });
    }
  }
  return found;
}

export interface SecretFault {
  readonly reason: string;
  readonly message: string;
}

/** Why the user's Secrets are not all known; undefined if they are. */
export const readErrorOf = (userSecrets: UserSecrets): Error | undefined =>
  [...userSecrets.values()].find(({ error }) => error)?.error;

/** The first fault in the user's Secrets, with advice. The text quotes none of their content. */
export function userSecretFault(app: CompleteApp, userSecrets: UserSecrets): SecretFault | undefined {
  for (const { name, field, keys } of secretUses(app)) {
    const secret = userSecrets.get(name);
    const needs = `${field} needs ${keys.join(', ')}`;
    const missing = keys.filter((key) => !secret?.data[key]);
    if (!secret || missing.length > 0) {
      const message = messageOf(REASON.credentialsMissing, { secret: name, missing: secret && missing, needs });
      return { reason: REASON.credentialsMissing, message };
    }
    const fault = field === 'spec.credentials.secretName' ? faultOf(app, secret.data) : undefined;
    if (fault !== undefined) {
      const message = messageOf(REASON.credentialsInvalid, { secret: name, fault });
      return { reason: REASON.credentialsInvalid, message };
    }
  }
  return undefined;
}
