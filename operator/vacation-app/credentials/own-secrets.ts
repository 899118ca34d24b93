import type { V1Secret, V1SecretKeySelector } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { messageOf, REASON } from '../../api/reasons.ts';
import type { VacationApp } from '../../api/vacation-app.ts';
import type { Cluster } from '../../runtime/apply/cluster.ts';
import { faultOf, keysOf } from './credentials.ts';
import { FOLLOWED_SECRET, SECRET } from '../kinds.ts';
import { CA_KEY } from '../names.ts';

/** A Secret of the user's own, as the app needs it. It is read, never written. */
export interface SecretUse {
  readonly name: string;
  /** The field of the spec that names it. */
  readonly field: string;
  readonly keys: readonly string[];
  /** Those that the web pods read; of the optional ones too. */
  readonly ofWebPods: readonly string[];
}

export interface OwnSecret {
  readonly data: Readonly<Record<string, string>>;
  /** Whether a change of its content is to reach the pods. */
  readonly isFollowed: boolean;
}

/** Those of the user's Secrets that are there, by name. */
export type OwnSecrets = ReadonlyMap<string, OwnSecret>;

/** The keys of `database.external.credentialsSecretName`, those of `kubernetes.io/basic-auth`; a migration may have a user of its own. */
export const EXTERNAL_KEYS = ['username', 'password'] as const;
export const EXTERNAL_MIGRATION_KEYS = ['migration_username', 'migration_password'] as const;

/** The Secrets without which the app cannot be. */
export function secretUses(app: CompleteApp): SecretUse[] {
  const { credentials, database } = app.spec;
  const { external } = database;
  const uses: SecretUse[] = [];
  const use = (field: string, name: string | undefined, keys: readonly string[], ofWebPods = keys): void => {
    if (name !== undefined) uses.push({ name, field: `spec.${field}`, keys, ofWebPods });
  };
  use('credentials.secretName', credentials?.secretName, keysOf(app), ['db_uri', 'secret_key', 'secret_key_previous']);
  use('database.external.credentialsSecretName', external?.credentialsSecretName, EXTERNAL_KEYS);
  use('database.external.tls.caSecretName', external?.tls.caSecretName, [CA_KEY]);
  return uses;
}

/** The names of the Secrets that `spec.env` takes values from. */
export const namesInEnv = ({ spec }: VacationApp): string[] => [
  ...new Set((spec.env ?? []).flatMap(({ valueFrom }) => nameOf(valueFrom?.secretKeyRef))),
];

const nameOf = (selector: V1SecretKeySelector | undefined): string[] =>
  selector?.name === undefined ? [] : [selector.name];

/** Every Secret of the user's own that the spec names, those that are not followed among them. */
export function ownSecretNames(app: VacationApp): string[] {
  const { credentials, database } = app.spec;
  const { credentialsSecretName, tls } = database?.external ?? {};
  const named = [credentials?.secretName, credentialsSecretName, tls?.caSecretName, ...namesInEnv(app)];
  return named.filter((name) => name !== undefined);
}

/** From the cache where they are labelled; else one by one by name, but not those of `spec.env`, whose absence the kubelet tells. */
export async function readOwnSecrets(app: CompleteApp, cluster: Cluster): Promise<OwnSecrets> {
  const { namespace = '' } = app.metadata;
  const found = new Map<string, OwnSecret>();
  const needed = new Set(secretUses(app).map(({ name }) => name));
  for (const name of new Set(ownSecretNames(app))) {
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

/** What is missing of the user's own Secrets, or wrong in them, and what to do; never what they hold. */
export function ownSecretFault(app: CompleteApp, own: OwnSecrets): SecretFault | undefined {
  for (const { name, field, keys } of secretUses(app)) {
    const secret = own.get(name);
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
