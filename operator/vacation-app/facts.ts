import { ANNOTATION } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { credentialsHash, environmentHash } from './credentials/credentials-hash.ts';
import { databaseKindOf } from './database/database.ts';
import { isImageMissing } from './database/managed/mysql-pods.ts';
import type { DatabaseFacts } from './database/database-kind.ts';
import { FACT } from './names.ts';
import type { Observed } from './observe.ts';
import { pinOf, podIdsOf, podMetadataOf, type Pin } from './pins.ts';
import type { Platform, PodIds } from './platform.ts';
import { componentOf, isAlive } from './pods.ts';
import { sizeBeforeHibernation } from './web/replicas.ts';
import type { Inherited } from './children/inherited-metadata.ts';

/** The operator's choice where the spec names nothing. */
export interface OperatorDefaults extends Platform {
  readonly webappImage: string;
  readonly mysqlImage: string;
}

/** The input of the builders besides the app. */
export interface Facts extends DatabaseFacts {
  /** The identity of the database; see `DatabaseState`. */
  readonly database: string | undefined;
  readonly web: Pin;
  readonly mysql: Pin;
  /** Who chooses the user and group ids of the pods. */
  readonly podIds: Readonly<Record<'web' | 'mysql', PodIds>>;
  /** The inherited metadata of the MySQL pod. It changes only when the user asks for an update, or while no pod runs. */
  readonly mysqlPodMetadata: Inherited;
  readonly dnsPorts: readonly number[];
  /** The value of the restart annotation for the web pods. */
  readonly restart: string | undefined;
  /** See `credentialsHash()`. */
  readonly credentialsHash: string;
  /** See `environmentHash()`. */
  readonly environmentHash: string | undefined;
  /** See `FACT.checkAfter`. */
  readonly checkAfter: string | undefined;
  /** The size in the StatefulSet's claim template. The template cannot change, so only the claim itself grows. */
  readonly volumeTemplateSize: string | undefined;
  /** The number of web pods to start after hibernation. */
  readonly sizeBefore: number | undefined;
  /** Whether there are pods that use the database. */
  readonly isDatabaseUsed: boolean;
}

export function webPin(
  app: CompleteApp,
  { deployment }: Pick<Observed, 'deployment'>,
  defaults: Pick<OperatorDefaults, 'webappImage'>,
): Pin {
  return pinOf(app, deployment?.metadata?.annotations, app.spec.image, defaults.webappImage);
}

/**
 * The pin of the StatefulSet. If that is gone, the pin on the claim, because its data have that version. The same if the image of the
 * StatefulSet cannot be pulled and the spec no longer names it, because MySQL has not run with it.
 */
export function mysqlPin(
  app: CompleteApp,
  observed: Pick<Observed, 'statefulSet' | 'volumeClaim' | 'pods'>,
  defaults: Pick<OperatorDefaults, 'mysqlImage'>,
): Pin {
  const { statefulSet, volumeClaim } = observed;
  const named = databaseKindOf(app).image?.(app);
  const isOfVolume = statefulSet === undefined || (named === undefined && isImageMissing(observed));
  const { annotations } = (isOfVolume ? volumeClaim : statefulSet)?.metadata ?? {};
  return pinOf(app, annotations, named, defaults.mysqlImage);
}

/** The facts that depend on live children only, not on the state of the database. */
export type ChildFacts = Omit<Facts, keyof DatabaseFacts | 'database' | 'checkAfter'>;

export function factsOf(
  app: CompleteApp,
  live: Pick<Observed, 'deployment' | 'statefulSet' | 'volumeClaim' | 'secret' | 'userSecrets' | 'pods'>,
  defaults: OperatorDefaults,
): ChildFacts {
  const { components } = databaseKindOf(app);
  const template = live.deployment?.spec?.template.metadata?.annotations ?? {};
  return {
    web: webPin(app, live, defaults),
    mysql: mysqlPin(app, live, defaults),
    podIds: {
      web: podIdsOf(app, live.deployment, defaults.podIds),
      mysql: podIdsOf(app, live.statefulSet, defaults.podIds),
    },
    mysqlPodMetadata: podMetadataOf(app, live.statefulSet),
    dnsPorts: defaults.dnsPorts,
    restart: app.metadata.annotations?.[ANNOTATION.restart] ?? template[FACT.restart],
    credentialsHash: credentialsHash(app, live),
    environmentHash: environmentHash(app, live),
    volumeTemplateSize: live.statefulSet?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage,
    sizeBefore: sizeBeforeHibernation(live.deployment),
    isDatabaseUsed: live.pods.some((pod) => isAlive(pod) && !components.includes(componentOf(pod) ?? '')),
  };
}
