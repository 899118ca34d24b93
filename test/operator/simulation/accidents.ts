import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { pathOf, type KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { POD, SECRET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { FIELD_MANAGER, LABEL } from '../../../operator/vacation-app/names.ts';
import { APP, CLAIM, CREDENTIALS, DATABASE_POD, NAMESPACE, type Act } from './person.ts';
import { FOREIGN_CREDENTIALS, FOREIGN_VOLUME, type Snapshot, type Volumes } from './volumes.ts';
import { created, deleted, patched } from './writes.ts';

const OURS = { [LABEL.app]: APP, [LABEL.managedBy]: FIELD_MANAGER };

/** What may befall the volume and the credentials of an app, whatever it does. */
export function accidents(volumes: Volumes): Act[] {
  const { claim, secret } = volumes;
  const isThere = claim !== undefined && claim.metadata.deletionTimestamp === undefined;
  return [
    ...(isThere
      ? [
          loseClaim(claim),
          { name: 'delete the claim and the pod', requests: [deleted(VOLUME_CLAIM, claim), endPod().requests].flat() },
        ]
      : []),
    ...(isThere && secret
      ? [{ name: 'delete the claim and the Secret', requests: [deleted(VOLUME_CLAIM, claim), deleted(SECRET, secret)] }]
      : []),
    ...(secret ? [{ name: 'delete the Secret', requests: [deleted(SECRET, secret)] }] : []),
    ...putBack(volumes),
  ];
}

export const loseClaim = (claim: KubeObject): Act => ({
  name: 'delete the claim',
  requests: [deleted(VOLUME_CLAIM, claim)],
});

export const endPod = (): Act => ({
  name: 'delete the pod of MySQL',
  requests: [{ method: 'DELETE', path: pathOf(POD, NAMESPACE, DATABASE_POD) }],
});

/** The Secret that goes with the volume, where somebody has a copy of it. */
export function putBack(volumes: Volumes): Act[] {
  const known = volumes.there && volumes.secretFor(volumes.there);
  if (volumes.secret || !known) return [];
  return [{ name: 'put the Secret back', requests: [secretOf(known.data ?? {})] }];
}

/** A claim with data of somebody else's, who knows nothing of the app. */
export const putForeign = (): Act => ({
  name: 'put somebody else’s claim there',
  requests: [claimOf({}, {}, FOREIGN_VOLUME)],
});

/** The volume as it was when the snapshot was taken, and the credentials that go with it. */
export function restore({ name, claim, content }: Snapshot, volumes: Volumes): Act {
  const { labels = {}, annotations = {} } = claim.metadata;
  const { data = {} } = volumes.secretFor(content) ?? {};
  return {
    name: `restore ${name}`,
    requests: [...credentials(data, volumes), claimOf(labels, annotations, name)],
  };
}

/** Somebody else's claim is labelled to be the app's, as the status says, and its credentials come with it. */
export const handOver = (volumes: Volumes): Act => ({
  name: 'hand the claim over',
  requests: [
    ...credentials(FOREIGN_CREDENTIALS, volumes),
    patched('kubectl', VOLUME_CLAIM, NAMESPACE, CLAIM, { metadata: { labels: OURS } }),
  ],
});

const credentials = (data: object, { secret }: Volumes): ApiRequest[] => [
  secret ? patched('kubectl', SECRET, NAMESPACE, CREDENTIALS, { data }) : secretOf(data),
];

const secretOf = (data: object): ApiRequest =>
  created(SECRET, { metadata: { name: CREDENTIALS, namespace: NAMESPACE, labels: OURS }, type: 'Opaque', data });

const there = (parts: Readonly<Record<string, object>>): object =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));

const claimOf = (labels: object, annotations: object, source: string): ApiRequest =>
  created(VOLUME_CLAIM, {
    metadata: { name: CLAIM, namespace: NAMESPACE, ...there({ labels, annotations }) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '2Gi' } },
      dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: source },
    },
  });
