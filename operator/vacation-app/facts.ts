import { ANNOTATION } from '../api/vacation-app.ts';
import type { CompleteApp } from '../api/defaults.ts';
import { credentialsHash, environmentHash } from './credentials/credentials-hash.ts';
import { checkAfter } from './database/external/external-database.ts';
import { FACT, LABEL } from './names.ts';
import { isAlive, type Observed } from './observe.ts';
import { sizeBeforeHibernation } from './web/replicas.ts';
import { isOutdated, LATEST_REVISION } from './children/templates.ts';

/** What the operator itself would choose where the spec names nothing. */
export interface OperatorDefaults {
  readonly webappImage: string;
  readonly mysqlImage: string;
}

/** The image and the revision of the pod template of a child: chosen when it is made, kept until the spec or the update annotation says otherwise. */
export interface Pin {
  readonly image: string;
  readonly revision: number;
  /** The value of the update annotation that this pin has followed. */
  readonly update: string;
}

/** What is known of the database that is there now. */
export interface DatabaseFacts {
  /** See `databaseOf`. */
  readonly database: string | undefined;
  readonly schemaVersion: string | undefined;
  readonly databaseVersion: string | undefined;
  /** What is remembered of an external database, as annotations. */
  readonly remembered: Readonly<Record<string, string>>;
}

/** Everything that desired objects are computed from besides the app. */
export interface Facts extends DatabaseFacts {
  readonly web: Pin;
  readonly mysql: Pin;
  /** The value of the restart annotation that the web pods follow. */
  readonly restart: string | undefined;
  /** A hash of what the credentials say. */
  readonly credentialsHash: string;
  /** The same of what `spec.env` takes from Secrets that are followed. */
  readonly environmentHash: string | undefined;
  /** See `FACT.checkAfter`. */
  readonly checkAfter: string | undefined;
  /** The size of the volume in the StatefulSet's template, which cannot change: the volume itself grows. */
  readonly volumeTemplateSize: string | undefined;
  /** How many web pods to come back with from hibernation. */
  readonly sizeBefore: number | undefined;
  /** Whether pods are there that use the database. */
  readonly isDatabaseUsed: boolean;
}

export function webPin(
  app: CompleteApp,
  { deployment }: Pick<Observed, 'deployment'>,
  defaults: OperatorDefaults,
): Pin {
  return pinOf(app, deployment?.metadata?.annotations, app.spec.image, defaults.webappImage);
}

/** That of the StatefulSet; where it is gone, that of the volume, whose data are of that version. */
export function mysqlPin(
  app: CompleteApp,
  { statefulSet, volumeClaim }: Pick<Observed, 'statefulSet' | 'volumeClaim'>,
  defaults: OperatorDefaults,
): Pin {
  const kept = (statefulSet ?? volumeClaim)?.metadata?.annotations;
  return pinOf(app, kept, app.spec.database.managed?.image, defaults.mysqlImage);
}

function pinOf(
  app: CompleteApp,
  kept: Readonly<Record<string, string>> | undefined,
  named: string | undefined,
  preset: string,
): Pin {
  const asked = app.metadata.annotations?.[ANNOTATION.update];
  const followed = kept?.[FACT.update] ?? '';
  // A new child takes what is newest; so does one that is told to, once for each new value of the annotation.
  const renew = kept?.[FACT.revision] === undefined || (asked !== undefined && asked !== followed);
  return {
    image: named ?? (renew ? preset : (kept[FACT.image] ?? preset)),
    revision: renew ? LATEST_REVISION : Number(kept[FACT.revision]),
    update: renew ? (asked ?? followed) : followed,
  };
}

/** The pin as the annotations that keep it. */
export const pinAnnotations = (pin: Pin): Record<string, string> => ({
  [FACT.image]: pin.image,
  [FACT.revision]: String(pin.revision),
  [FACT.update]: pin.update,
});

/** What an update would change: in words, empty when there is nothing. */
export function updatesOf(app: CompleteApp, facts: Facts, defaults: OperatorDefaults): string[] {
  const parts = [
    { what: 'web', component: 'web', pin: facts.web, named: app.spec.image, preset: defaults.webappImage },
    {
      what: 'MySQL',
      component: 'mysql',
      pin: facts.mysql,
      named: app.spec.database.managed?.image,
      preset: defaults.mysqlImage,
    },
  ] as const;
  return parts.flatMap(({ what, component, pin, named, preset }) => [
    ...(named === undefined && pin.image !== preset ? [`${what} image ${pin.image} -> ${preset}`] : []),
    ...(isOutdated(pin.revision, component) ? [`${what} pod template ${pin.revision} -> ${LATEST_REVISION}`] : []),
  ]);
}

/** The facts as the live children have them, but for those that tell of the database itself. */
export function factsOf(
  app: CompleteApp,
  live: Pick<Observed, 'deployment' | 'statefulSet' | 'volumeClaim' | 'secret' | 'userSecrets' | 'jobs' | 'pods' | 'configMap'>,
  defaults: OperatorDefaults,
  now: Date,
): Omit<Facts, keyof DatabaseFacts> {
  const template = live.deployment?.spec?.template.metadata?.annotations ?? {};
  return {
    web: webPin(app, live, defaults),
    mysql: mysqlPin(app, live, defaults),
    restart: app.metadata.annotations?.[ANNOTATION.restart] ?? template[FACT.restart],
    credentialsHash: credentialsHash(app, live),
    environmentHash: environmentHash(app, live),
    checkAfter: checkAfter(live, now),
    volumeTemplateSize: live.statefulSet?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage,
    sizeBefore: sizeBeforeHibernation(live.deployment),
    isDatabaseUsed: live.pods.some((pod) => isAlive(pod) && pod.metadata?.labels?.[LABEL.component] !== 'mysql'),
  };
}
