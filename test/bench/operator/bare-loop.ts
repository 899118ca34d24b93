// A process of its own: NAMESPACE COUNT. Applies what the operator would apply, in the same order and ten apps at a time, when it is told to, and nothing else.
import { once } from 'node:events';
import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { withDefaults } from '../../../operator/api/defaults.ts';
import { VACATION_APP, type VacationApp } from '../../../operator/api/vacation-app.ts';
import { createApiClient } from '../../../operator/runtime/client/api-client.ts';
import { InCluster } from '../../../operator/runtime/client/in-cluster.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import {
  credentialsOf,
  credentialsSecret,
  randomText,
} from '../../../operator/vacation-app/credentials/credentials.ts';
import { DEPLOYMENT, SECRET } from '../../../operator/vacation-app/kinds.ts';
import { childName, FIELD_MANAGER, HANDOVER_MANAGER } from '../../../operator/vacation-app/names.ts';
import { owned } from '../../../operator/vacation-app/children/ownership.ts';
import { desiredObjects } from '../../../operator/vacation-app/children/children.ts';
import { STEPS } from '../../../operator/vacation-app/children/steps.ts';
import { someFacts } from '../../support/vacation-app.ts';
import { appNames, declared } from './apps.ts';

const [namespace = '', count = '0'] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const somebody = createApiClient(config);
// With the operator's rights: who is the administrator is asked for nothing, and logged less.
const { KUBERNETES_SERVICE_HOST = '', KUBERNETES_SERVICE_PORT = '', SERVICE_ACCOUNT_FOLDER = '' } = process.env;
const server = `https://${KUBERNETES_SERVICE_HOST}:${KUBERNETES_SERVICE_PORT}`;
const client = createApiClient(new InCluster({ server, folder: SERVICE_ACCOUNT_FOLDER }));

const apply = (kind: Kind, object: KubeObject, manager: string, isNew: boolean): Promise<unknown> =>
  client.request({
    method: 'PATCH',
    path: pathOf(kind, namespace, object.metadata.name),
    query: { fieldManager: manager, force: true },
    contentType: 'application/apply-patch+yaml',
    body: isNew ? { ...object, metadata: { ...object.metadata, resourceVersion: '1' } } : object,
  });

async function make(name: string): Promise<void> {
  const body = declared(name, namespace);
  const created = await somebody.request<VacationApp>({ method: 'POST', path: pathOf(VACATION_APP, namespace), body });
  const app = withDefaults(created);
  const secret = credentialsSecret(app, credentialsOf(app, undefined, false, randomText)) as KubeObject;
  await apply(SECRET, { ...secret, apiVersion: 'v1', kind: 'Secret' }, FIELD_MANAGER, true);
  const desired = desiredObjects(app, someFacts());
  for (const { step } of STEPS) {
    const due = desired.filter((child) => child.step === step);
    await Promise.all(due.map(({ kind, object }) => apply(kind, owned(object, app), FIELD_MANAGER, true)));
    if (step === 'web') {
      const { apiVersion, kind } = DEPLOYMENT;
      const part = { apiVersion, kind, metadata: { name: childName(app, 'web'), namespace }, spec: { replicas: 2 } };
      await apply(DEPLOYMENT, part, HANDOVER_MANAGER, false);
    }
  }
}

// Nobody waits for the operator's start either.
process.stdout.write('ready');
await once(process.stdin, 'data');
const names = appNames(Number(count));
const work = async (): Promise<void> => {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await make(name);
};
await Promise.all(Array.from({ length: 10 }, work));
process.exit(0);
