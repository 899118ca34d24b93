import { isDeepStrictEqual } from 'node:util';
import type { CompleteApp } from '../../api/defaults.ts';
import { differingKeys, inheritedOf } from '../children/inherited-metadata.ts';
import { LATEST_REVISION } from '../children/templates.ts';
import { databaseKindOf } from '../database/database.ts';
import type { Facts, OperatorDefaults } from '../facts.ts';
import { STATEFUL_SET } from '../kinds.ts';
import { webDeployment } from '../web/web-deployment.ts';

/** Describes what the update annotation would change. Empty if nothing. */
export function updatesOf(app: CompleteApp, facts: Facts, defaults: OperatorDefaults): string[] {
  const parts = [
    { what: 'web', component: 'web', pin: facts.web, named: app.spec.image, preset: defaults.webappImage },
    {
      what: 'MySQL',
      component: 'mysql',
      pin: facts.mysql,
      named: databaseKindOf(app).image?.(app),
      preset: defaults.mysqlImage,
    },
  ] as const;
  const updates = parts.flatMap(({ what, component, pin, named, preset }) => [
    ...(named === undefined && pin.image !== preset ? [`${what} image ${pin.image} -> ${preset}`] : []),
    ...(isOutdated(app, facts, component) ? [`${what} pod template ${pin.revision} -> ${LATEST_REVISION}`] : []),
    ...(facts.podIds[component] === defaults.podIds
      ? []
      : [`${what} pod ids ${facts.podIds[component]} -> ${defaults.podIds}`]),
  ]);
  const metadata = differingKeys(facts.mysqlPodMetadata, inheritedOf(app));
  return metadata.length === 0 ? updates : [...updates, `MySQL pod metadata: ${metadata.join(', ')}`];
}

/** Whether the latest revision would change anything of the component's pods. Their template has a hash of their settings. */
function isOutdated(app: CompleteApp, facts: Facts, component: 'web' | 'mysql'): boolean {
  if (facts[component].revision === LATEST_REVISION) return false;
  const latest = { ...facts, [component]: { ...facts[component], revision: LATEST_REVISION } };
  return !isDeepStrictEqual(workloadSpec[component](app, facts), workloadSpec[component](app, latest));
}

const workloadSpec = {
  web: (app: CompleteApp, facts: Facts): unknown => webDeployment(app, facts).spec,
  mysql: (app: CompleteApp, facts: Facts): unknown => {
    const child = databaseKindOf(app)
      .children([])
      .find(({ kind }) => kind === STATEFUL_SET);
    return (child?.build(app, facts) as { readonly spec?: object } | undefined)?.spec;
  },
};
