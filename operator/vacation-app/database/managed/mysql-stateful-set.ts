import type { V1PodSpec, V1Probe, V1StatefulSet } from '@kubernetes/client-node';
import { isHibernated, type CompleteApp } from '../../../api/defaults.ts';
import type { Facts } from '../../facts.ts';
import {
  childMetadata,
  childName,
  contentHash,
  CONTENT,
  credentialsSecretName,
  labels,
  selectorLabels,
} from '../../names.ts';
import { pinAnnotations, podIdsAnnotation } from '../../pins.ts';
import { managedSettings } from './managed-settings.ts';
import { DATA_PATH, mysqlConfigMap, VOLUME_PATH } from './mysql-config-map.ts';
import { containerSecurity, podSecurity } from '../../children/security.ts';
import { atRevision } from '../../children/templates.ts';

/** The user `mysql` of the official image. */
const MYSQL_USER = 999;

/** Answers as soon as the server takes connections over the network, which it does only when an empty volume is prepared; needs no password. */
const ping = (timing: Pick<V1Probe, 'periodSeconds' | 'failureThreshold'>): V1Probe => ({
  exec: { command: ['mysqladmin', '--protocol=tcp', '--host=127.0.0.1', '--connect-timeout=3', 'ping'] },
  timeoutSeconds: 5,
  ...timing,
});

/** One MySQL server on a volume of its own. */
export function mysqlStatefulSet(app: CompleteApp, facts: Facts): V1StatefulSet {
  const { storage } = managedSettings(app);
  const metadata = childMetadata(app, childName(app, 'mysql'), 'mysql');
  return {
    metadata: {
      ...metadata,
      annotations: {
        ...pinAnnotations(facts.mysql),
        ...podIdsAnnotation(facts.podIds.mysql),
      },
    },
    spec: {
      // In hibernation it stops last, so that what uses it can end in order.
      replicas: isHibernated(app) && !facts.isDatabaseUsed ? 0 : 1,
      serviceName: metadata.name,
      selector: { matchLabels: selectorLabels(app, 'mysql') },
      template: {
        metadata: {
          labels: labels(app, 'mysql'),
          // The scripts are not part of it: they matter at the next start only, and are no reason for one.
          annotations: { [CONTENT.configuration]: contentHash(mysqlConfigMap(app, facts).data?.['vacation.cnf']) },
        },
        spec: atRevision(facts.mysql.revision, 'mysql', mysqlPod(app, facts), app),
      },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data', labels: labels(app, 'mysql') },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: facts.volumeTemplateSize ?? storage.size } },
            ...(storage.storageClassName === undefined ? {} : { storageClassName: storage.storageClassName }),
          },
        },
      ],
    },
  };
}

function mysqlPod(app: CompleteApp, facts: Facts): V1PodSpec {
  const { resources, nodeSelector, tolerations, affinity, priorityClassName } = managedSettings(app);
  const ids = facts.podIds.mysql;
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(affinity === undefined ? {} : { affinity }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(app.spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: app.spec.imagePullSecrets }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // An orderly stop writes back what is in memory; a killed server recovers from its log instead, which takes as long at the start.
    terminationGracePeriodSeconds: 120,
    securityContext: {
      ...podSecurity(MYSQL_USER, ids),
      ...(ids === 'Platform' ? {} : { fsGroup: MYSQL_USER }),
      fsGroupChangePolicy: 'OnRootMismatch',
    },
    containers: [
      {
        name: 'mysql',
        image: facts.mysql.image,
        imagePullPolicy: app.spec.imagePullPolicy,
        command: ['bash', '/etc/vacation/start.sh'],
        env: [
          { name: 'MYSQL_ROOT_PASSWORD_FILE', value: '/etc/vacation/credentials/db_root_password' },
          // Root only from inside the pod.
          { name: 'MYSQL_ROOT_HOST', value: 'localhost' },
        ],
        ports: [{ name: 'mysql', containerPort: 3306, protocol: 'TCP' }],
        resources,
        securityContext: containerSecurity(),
        // Recovery after a crash may take long; killing it half way would start it from the beginning.
        startupProbe: ping({ periodSeconds: 1, failureThreshold: 1_800 }),
        readinessProbe: ping({ periodSeconds: 5, failureThreshold: 3 }),
        livenessProbe: ping({ periodSeconds: 20, failureThreshold: 6 }),
        volumeMounts: [
          { name: 'data', mountPath: DATA_PATH, subPath: 'mysql' },
          { name: 'data', mountPath: VOLUME_PATH },
          { name: 'configuration', mountPath: '/etc/mysql/conf.d/vacation.cnf', subPath: 'vacation.cnf' },
          { name: 'configuration', mountPath: '/etc/vacation/start.sh', subPath: 'start.sh' },
          { name: 'configuration', mountPath: '/docker-entrypoint-initdb.d/bootstrap.sh', subPath: 'bootstrap.sh' },
          { name: 'credentials', mountPath: '/etc/vacation/credentials', readOnly: true },
          { name: 'run', mountPath: '/var/run/mysqld' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'configuration', configMap: { name: childName(app, 'mysql'), defaultMode: 0o555 } },
      {
        name: 'credentials',
        secret: {
          secretName: credentialsSecretName(app),
          defaultMode: 0o440,
          items: ['db_uri', 'db_migration_uri', 'db_root_password'].map((key) => ({ key, path: key })),
        },
      },
      { name: 'run', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}
