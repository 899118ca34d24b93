interface BrokenSpec {
  readonly title: string;
  readonly spec: object;
  /** What is in the namespace before. */
  readonly prepare?: readonly object[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** A reason that `Ready` has meanwhile. */
  readonly reason: string;
  /** What kstatus says after seven minutes. */
  readonly becomes: 'Failed' | 'InProgress';
}

const MANY = '900';
const NOWHERE = { nodeSelector: { 'example.com/planet': 'none' } };

const secret = (name: string, stringData: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});
const login = secret('login', { username: 'web', password: 'p4ssw0rd' });
const external = (host: string): object => ({
  external: { host, name: 'vacation', credentialsSecretName: 'login' },
});
const own = {
  db_uri: 'mysql://web:p@broken-mysql:3306/vacation',
  db_migration_uri: 'mysql://migration:p@broken-mysql:3306/vacation',
  db_root_password: 'root',
  secret_key: '0123456789abcdef',
};
const child = (apiVersion: string, kind: string, name: string, spec: object): object => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const quota = (hard: object): object => child('v1', 'ResourceQuota', 'small', { hard });

/** Specs of which nothing can be booked, on a cluster where nobody mends them. */
export const BROKEN_SPECS: readonly BrokenSpec[] = [
  {
    title: 'a web image that does not exist',
    spec: { image: 'localhost/vacation-webapp:never-built' },
    ...{ reason: 'ImagePullFailed', becomes: 'Failed' },
  },
  {
    title: 'a MySQL image that does not exist',
    spec: { database: { managed: { image: 'localhost/mysql:never-built' } } },
    ...{ reason: 'ImagePullFailed', becomes: 'Failed' },
  },
  {
    title: 'an image whose name is not valid',
    spec: { image: 'Not/A:Valid@Name' },
    ...{ reason: 'ImagePullFailed', becomes: 'Failed' },
  },
  {
    title: 'an unknown StorageClass',
    spec: { database: { managed: { storage: { storageClassName: 'unheard-of' } } } },
    ...{ reason: 'VolumePending', becomes: 'Failed' },
  },
  {
    title: 'a Secret of the user that does not exist',
    spec: { credentials: { secretName: 'theirs' } },
    ...{ reason: 'CredentialsMissing', becomes: 'Failed' },
  },
  {
    title: 'a Secret of the user that lacks keys',
    prepare: [secret('theirs', { secret_key: own.secret_key })],
    spec: { credentials: { secretName: 'theirs' } },
    ...{ reason: 'CredentialsMissing', becomes: 'Failed' },
  },
  {
    title: 'a Secret of the user with an address that is none',
    prepare: [secret('theirs', { ...own, db_uri: 'not an address' })],
    spec: { credentials: { secretName: 'theirs' } },
    ...{ reason: 'CredentialsInvalid', becomes: 'Failed' },
  },
  {
    title: 'a variable from a Secret that does not exist',
    spec: { env: [{ name: 'TZ', valueFrom: { secretKeyRef: { name: 'nowhere', key: 'url' } } }] },
    ...{ reason: 'ContainerFailing', becomes: 'Failed' },
  },
  {
    title: 'a quota that has no room for MySQL',
    prepare: [quota({ 'requests.memory': '64Mi' })],
    spec: {},
    ...{ reason: 'PodsRejected', becomes: 'Failed' },
  },
  {
    title: 'a LimitRange that is too tight for MySQL',
    prepare: [child('v1', 'LimitRange', 'tight', { limits: [{ type: 'Container', max: { memory: '32Mi' } }] })],
    spec: {},
    ...{ reason: 'PodsRejected', becomes: 'Failed' },
  },
  {
    title: 'a namespace that may have no pods',
    prepare: [quota({ pods: '0' })],
    spec: {},
    ...{ reason: 'PodsRejected', becomes: 'Failed' },
  },
  {
    title: 'more CPU for MySQL than any node has',
    spec: { database: { managed: { resources: { requests: { cpu: MANY } } } } },
    ...{ reason: 'PodUnschedulable', becomes: 'Failed' },
  },
  {
    title: 'a label that no node has',
    spec: { database: { managed: NOWHERE } },
    ...{ reason: 'PodUnschedulable', becomes: 'Failed' },
  },
  {
    title: 'an Ingress of somebody else in the way',
    prepare: [
      child('networking.k8s.io/v1', 'Ingress', 'broken-web', {
        defaultBackend: { service: { name: 'other', port: { number: 80 } } },
      }),
    ],
    spec: { ingress: { host: 'broken.example.com' } },
    ...{ reason: 'NotOwned', becomes: 'Failed' },
  },
  {
    title: 'a volume of somebody else in the way',
    prepare: [
      child('v1', 'PersistentVolumeClaim', 'data-broken-mysql-0', {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      }),
    ],
    spec: {},
    ...{ reason: 'NotOwned', becomes: 'Failed' },
  },
  {
    title: 'the host of an external database that does not resolve',
    prepare: [login],
    spec: { database: external('nowhere.broken.svc.cluster.local') },
    ...{ reason: 'HostNotFound', becomes: 'Failed' },
  },
  {
    title: 'an external database that does not answer',
    prepare: [login, child('v1', 'Service', 'silent', { ports: [{ port: 3306 }], selector: { app: 'nobody' } })],
    spec: { database: external('silent') },
    ...{ reason: 'DatabaseUnreachable', becomes: 'Failed' },
  },
  {
    title: 'an external database whose Secret does not exist',
    spec: { database: external('db.example.com') },
    ...{ reason: 'CredentialsMissing', becomes: 'Failed' },
  },
  {
    title: 'a setting that MySQL does not know',
    spec: { database: { managed: { configuration: { no_such_variable: '1' } } } },
    ...{ reason: 'ContainerFailing', becomes: 'Failed' },
  },
  {
    title: 'less memory than MySQL needs',
    spec: {
      database: { managed: { resources: { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } } } },
    },
    ...{ reason: 'ContainerFailing', becomes: 'Failed' },
  },
  {
    title: 'a node port that another Service has',
    prepare: [
      child('v1', 'Service', 'taken', {
        type: 'NodePort',
        ports: [{ port: 80, nodePort: 30079 }],
        selector: { app: 'nobody' },
      }),
    ],
    spec: { service: { type: 'NodePort', nodePort: 30079 } },
    ...{ reason: 'ApplyFailed', becomes: 'InProgress' },
  },
  {
    title: 'an app that is paused before anything is made',
    annotations: { 'interstellar.dev/paused': 'true' },
    spec: {},
    ...{ reason: 'WaitingForCredentials', becomes: 'InProgress' },
  },
];
