import type { V1Secret, V1SecretKeySelector } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { faultOf, credentialKeysOf } from './credentials.ts';
import { databaseKindOf } from '../database/database.ts';
import { FOLLOWED_SECRET, SECRET } from '../kinds.ts';

/** A user's Secret, as the app needs it. The operator reads it and never writes it. */
export interface SecretUse {
  readonly name: string;
  /** The field of the spec that names it. */
  readonly field: string;
  readonly keys: readonly string[];
  /** Those that the web pods read; of the optional ones too. */
  readonly ofWebPods: readonly string[];
}

export interface UserSecret {
  readonly data: Readonly<Record<string, string>>;
  /** Whether a change of its content is to reach the pods. */
  readonly isFollowed: boolean;
}

/** Those of the user's Secrets that are there, by name. */
export type UserSecrets = ReadonlyMap<string, UserSecret>;

/** The Secrets without which the app cannot be. */
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

/** Every Secret of the user's that the spec names, those that are not followed among them. */
export function userSecretNames(app: VacationApp): string[] {
  const ofDatabase = databaseKindOf(app).secretNames?.(app) ?? [];
  const named = [app.spec.credentials?.secretName, ...ofDatabase, ...namesInEnv(app)];
  return named.filter((name) => name !== undefined);
}

/** From the cache where they are labelled; else one by one by name, but not those of `spec.env`, whose absence the kubelet tells. */
export async function readUserSecrets(app: CompleteApp, cluster: Cluster): Promise<UserSecrets> {
  const { namespace = '' } = app.metadata;
  const found = new Map<string, UserSecret>();
  const needed = new Set(secretUses(app).map(({ name }) => name));
  for (const name of new Set(userSecretNames(app))) {
    const followed = cluster.store(FOLLOWED_SECRET).get(namespace, name) as V1Secret | undefined;
    const secret = followed ?? (needed.has(name) ? await cluster.read(SECRET, namespace, name) : undefined);
    if (secret) found.set(name, { data: (secret as V1Secret).data ?? {}, isFollowed: followed !== undefined });
  }
  return found;
}

export interface SecretFault {
  readonly reason: string;
  readonly message: string;
}

/** What is missing of the user's Secrets, or wrong in them, and what to do; never what they hold. */
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
