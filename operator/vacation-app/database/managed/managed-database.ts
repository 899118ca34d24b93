import { fromSecret } from '../../children/from-secret.ts';
import type { Inherited } from '../../children/inherited-metadata.ts';
import { MYSQL_PORT, tcp } from '../../children/network-policy.ts';
import { CONFIG_MAP, NETWORK_POLICY, SERVICE, STATEFUL_SET } from '../../kinds.ts';
import { childName, credentialsSecretName, selectorLabels, volumeClaimName } from '../../names.ts';
import { migrationVersions } from '../../tasks/migrate/migration-versions.ts';
import type { Facts } from '../../facts.ts';
import type { DatabaseKind } from '../database-kind.ts';
import { annotatedVersions } from '../reported-versions.ts';
import { applyVolume } from './apply-volume.ts';
import { isGivenUp, stopForNewVolume } from './give-up-volume.ts';
import { managedSettings } from './managed-settings.ts';
import { mysqlConfigMap } from './mysql-config-map.ts';
import { mysqlCredentials } from './mysql-credentials.ts';
import { mysqlNetworkPolicy } from './mysql-network-policy.ts';
import { isMysqlReady, mysqlReady } from './mysql-ready.ts';
import { mysqlService } from './mysql-service.ts';
import { mysqlStatefulSet } from './mysql-stateful-set.ts';
import { readVolumeClaim } from './read-volume-claim.ts';
import { stuckPods } from './stuck-pods.ts';

const imageOf = ({ mysql }: Facts): string => mysql.image;
const podMetadataOf = ({ mysqlPodMetadata }: Facts): Inherited => mysqlPodMetadata;

/** One MySQL server of the app's own, on one volume. It is the database of every app that names no other. */
export const managedDatabase: DatabaseKind = {
  isOf: ({ spec }) => spec.database?.external === undefined,
  components: ['mysql'],
  children: (clients) => [
    { step: 'base', kind: CONFIG_MAP, build: mysqlConfigMap, imageOf },
    { step: 'base', kind: NETWORK_POLICY, build: (app) => mysqlNetworkPolicy(app, clients), imageOf },
    { step: 'base', kind: SERVICE, build: mysqlService, imageOf },
    { step: 'base', kind: STATEFUL_SET, build: mysqlStatefulSet, imageOf, podMetadataOf },
  ],
  image: (app) => managedSettings(app).image,

  environment: (app) => [fromSecret('db_uri', credentialsSecretName(app), 'db_uri')],
  migrationEnvironment: (app) => [fromSecret('db_uri', credentialsSecretName(app), 'db_migration_uri')],
  egress: (app) => ({ to: [{ podSelector: { matchLabels: selectorLabels(app, 'mysql') } }], ports: tcp(MYSQL_PORT) }),
  endpoint: (app) => `${childName(app, 'mysql')}.${app.metadata.namespace ?? ''}.svc:${MYSQL_PORT}`,
  credentials: mysqlCredentials,

  isChecked: false,
  stateOf: (_app, observed) => {
    const { uid, creationTimestamp, annotations = {} } = observed.volumeClaim?.metadata ?? {};
    return {
      identity: uid,
      // The watch of claims may lag behind that of StatefulSets.
      isKnown: uid !== undefined,
      isReady: isMysqlReady(observed),
      since: creationTimestamp && new Date(creationTimestamp),
      memory: annotations,
    };
  },
  factsOf: (observed, migration) => {
    const versions = {
      // Where the migration is not done it may be another database than the one that the Deployment knew.
      ...(migration.isDone ? annotatedVersions(observed.deployment) : {}),
      ...annotatedVersions(observed.volumeClaim),
      ...migrationVersions(observed, migration.name),
    };
    return { schemaVersion: versions.schemaVersion, databaseVersion: versions.databaseVersion, remembered: {} };
  },
  finding: mysqlReady,
  stuckPods,
  volume: {
    claimName: volumeClaimName,
    read: readVolumeClaim,
    letGo: async (app, data, facts, cluster, signal) => {
      if (isGivenUp(app, data)) await stopForNewVolume(app, data, facts, cluster, signal);
    },
    protect: applyVolume,
    // The pod that a change of MySQL would end holds the last copy of the data.
    forbids: ({ kind }, { volumeClaim }) =>
      kind === STATEFUL_SET && volumeClaim?.metadata?.deletionTimestamp !== undefined,
  },
};
