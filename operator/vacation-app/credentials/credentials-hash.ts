import type { V1Deployment } from '@kubernetes/client-node';
import type { CompleteApp } from '../../api/defaults.ts';
import { contentHash, CONTENT, WEB_CONTAINER } from '../names.ts';
import type { Observed } from '../observe.ts';
import { namesInEnv, secretUses, type SecretUse } from './user-secrets.ts';

const GENERATED_KEYS = ['db_uri', 'secret_key', 'secret_key_previous'];

/**
 * Hashes of the keys that web pods read, one for each Secret, joined by dots. For a Secret that is not followed or is gone, it keeps the hash
 * of the running pods, so that they do not restart.
 */
export function credentialsHash(
  app: CompleteApp,
  observed: Pick<Observed, 'deployment' | 'secret' | 'userSecrets'>,
): string {
  const uses = secretUses(app);
  const ofPods = hashesOfPods(observed.deployment, uses);
  const ofUser = uses.map(({ name, ofWebPods }, index) => {
    const secret = observed.userSecrets.get(name);
    const known = ofPods[ofPods.length - uses.length + index];
    return known !== undefined && secret?.isFollowed !== true ? known : hashOf(secret?.data, ofWebPods);
  });
  const isGenerated = app.spec.credentials?.secretName === undefined;
  return [...(isGenerated ? [hashOf(observed.secret?.data, GENERATED_KEYS)] : []), ...ofUser].join('.');
}

const hashOf = (data: Readonly<Record<string, string>> = {}, keys: readonly string[]): string =>
  contentHash(keys.map((key) => data[key] ?? null));

/** The hashes in the live pod template. Empty if it refers to other Secrets. */
function hashesOfPods(deployment: V1Deployment | undefined, uses: readonly SecretUse[]): string[] {
  const { metadata, spec } = deployment?.spec?.template ?? {};
  const container = spec?.containers.find(({ name }) => name === WEB_CONTAINER);
  const read = new Set([
    ...(container?.env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...(spec?.volumes ?? []).map(({ secret }) => secret?.secretName),
  ]);
  if (!uses.every(({ name }) => read.has(name))) return [];
  return metadata?.annotations?.[CONTENT.credentials]?.split('.') ?? [];
}

/** A hash of the values that `spec.env` takes from followed Secrets. Undefined if there are none. */
export function environmentHash(app: CompleteApp, { userSecrets }: Pick<Observed, 'userSecrets'>): string | undefined {
  const followed = namesInEnv(app).flatMap((name) => {
    const secret = userSecrets.get(name);
    return secret?.isFollowed === true ? [[name, valuesInEnv(app, name, secret.data)] as const] : [];
  });
  return followed.length === 0 ? undefined : contentHash(followed);
}

const valuesInEnv = (
  { spec }: CompleteApp,
  secret: string,
  data: Readonly<Record<string, string>>,
): (string | null)[] =>
  (spec.env ?? []).flatMap(({ valueFrom }) => {
    const selector = valueFrom?.secretKeyRef;
    return selector?.name === secret ? [data[selector.key] ?? null] : [];
  });
