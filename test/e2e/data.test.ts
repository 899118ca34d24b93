import { expect } from 'chai';
import { mysqlImage } from '../../scripts/cluster/images.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { AppIn, Place } from './apps.ts';
import { world } from './world.ts';

interface Claim extends KubeObject {
  readonly spec: { readonly volumeName: string; readonly storageClassName: string };
}

interface Labelled extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly labels?: Readonly<Record<string, string>> };
}

const OURS = ['interstellar.dev/app', 'app.kubernetes.io/managed-by'];

describe('the data of an app on a real cluster', function () {
  this.timeout(8 * 60_000);
  let place: Place;
  let app: AppIn;

  before(async () => {
    place = await Place.make('data');
    app = new AppIn(place, 'keeper');
  });

  after(() => place.remove());

  const deleteApp = (...more: readonly string[]) => place.kubectl(['delete', 'vapp', app.name, ...more]);
  const migrations = () => place.pods('app.kubernetes.io/component=migration');

  it('stay under Retain, declared while another child is refused: Delete is no longer in force once the status says so', async () => {
    await app.declare({ deletionPolicy: 'Delete' });
    await app.ready();
    await app.book();
    const witness = await app.leaveWitness();
    await place.kubectl(['create', 'ingress', 'keeper-web', '--rule=old.example.com/*=keeper-web:80']);
    await app.declare({ ingress: { host: 'keeper.example.com' } });
    await app.with('Stalled', 'True', 'NotOwned');
    const policy = () =>
      place.kubectl(['get', 'vapp', app.name, '--output', 'jsonpath={.status.database.deletionPolicy}']);
    await eventually('Retain is in force', 30_000, policy, (said) => said === 'Retain');
    await deleteApp();
    await place.gone('pod', 'keeper-mysql-0');
    await place.kubectl(['delete', 'ingress', 'keeper-web']);

    await app.declare();
    await app.ready();
    expect(await app.witness()).to.equal(witness);
    expect(await app.hasBooking()).to.equal(true);
  });

  it('need no restart and no second migration when the app comes back to orphans, or when finished Jobs are removed', async () => {
    const component = 'app.kubernetes.io/component in (web, mysql)';
    // The pods of the app that was deleted before are still ending.
    await app.replaced();
    const before = await place.pods(component);
    await place.kubectl(['delete', 'jobs', '--all']);
    await deleteApp('--cascade=orphan');
    await app.declare();
    await app.ready();
    expect(await place.pods(component)).to.deep.equal(before);
    expect(await migrations()).to.deep.equal([]);
    expect(await app.hasBooking()).to.equal(true);
  });

  it('are not used from a claim without our labels, and are there once they are handed over with their credentials', async () => {
    const witness = await app.leaveWitness();
    await deleteApp();
    await place.gone('pod', 'keeper-mysql-0');
    const labels = (await place.get<Labelled>('pvc', app.claim))?.metadata.labels ?? {};
    const secret = await place.get<KubeObject>('secret', 'keeper-credentials');
    await place.kubectl(['label', 'pvc', app.claim, ...OURS.map((label) => `${label}-`)]);
    await place.kubectl(['delete', 'secret', 'keeper-credentials']);

    await app.declare();
    await app.with('Stalled', 'True', 'NotOwned');
    const message = (await app.condition('Ready'))?.message ?? '';
    expect(message).to.contain('keeper-credentials');
    expect(await place.get('secret', 'keeper-credentials')).to.equal(undefined);
    expect(await place.get('statefulset', 'keeper-mysql')).to.equal(undefined);

    // as the message says: first the Secret, then the labels
    const { metadata, ...rest } = secret as KubeObject & { data: object; type: string };
    await place.apply({ ...rest, metadata: { name: metadata.name, labels: { ...labels } } });
    const given = OURS.map((label) => `${label}=${labels[label] ?? ''}`);
    for (const label of given) expect(message).to.contain(label);
    await place.kubectl(['label', 'secret', 'keeper-credentials', '--overwrite', ...given]);
    await place.kubectl(['label', 'pvc', app.claim, ...given]);
    await app.ready();
    expect(await app.witness()).to.equal(witness);
    expect(await app.hasBooking()).to.equal(true);
  });

  it('are missed at once when their volume is lost: Ready is not true before the schema is on the new one', async () => {
    const witness = await app.witness();
    const { spec } = (await place.get<Claim>('pvc', app.claim)) ?? { spec: undefined };
    const volume = spec?.volumeName ?? '';
    await place.kubectl(['delete', 'pvc', app.claim, '--wait=false']);
    await app.with('Stalled', 'True', 'VolumeDeleting');
    // the way to keep the bytes that the message names
    expect((await app.condition('Ready'))?.message).to.contain(`PersistentVolume ${volume}`);
    const keep = JSON.stringify({ spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    await world().kubectl(['patch', 'pv', volume, '--patch', keep]);
    await place.kubectl(['delete', 'pod', 'keeper-mysql-0', '--wait=false']);
    await eventually(
      'the new volume',
      120_000,
      () => place.get<Claim>('pvc', app.claim),
      (claim) => claim?.spec.volumeName !== undefined && claim.spec.volumeName !== volume,
    );
    await app.with('SchemaReady', 'False');
    await app.ready();
    expect(await migrations()).to.have.length(1);
    expect(await app.witness()).to.equal('');
    expect(await app.hasBooking(), 'it is another database').to.equal(false);

    // and the way back to them: asleep, the claim is made again over the old volume
    await app.declare({ mode: 'Hibernated' });
    await app.with('Ready', 'True', 'Hibernated');
    const claim = await place.get<Claim & Labelled>('pvc', app.claim);
    await place.kubectl(['delete', 'pvc', app.claim]);
    await app.with('Stalled', 'True', 'VolumeLost');
    await place.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: app.claim, labels: claim?.metadata.labels },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '2Gi' } },
        storageClassName: claim?.spec.storageClassName,
        volumeName: volume,
      },
    });
    // still reserved for the claim of that name
    const forIt = JSON.stringify({ spec: { claimRef: { uid: null, resourceVersion: null } } });
    await world().kubectl(['patch', 'pv', volume, '--type', 'merge', '--patch', forIt]);
    await app.declare();
    await app.ready();
    expect(await app.witness()).to.equal(witness);
    expect(await app.hasBooking()).to.equal(true);
    await world().kubectl(['patch', 'pv', volume, '--patch', keep.replace('Retain', 'Delete')]);
  });

  it('are given up by deleting the claim once their passwords are lost: an empty database follows by itself', async () => {
    await place.kubectl(['delete', 'secret', 'keeper-credentials']);
    await app.with('Reconciling', 'True', 'CredentialsLost');
    expect((await app.condition('Ready'))?.message).to.contain('delete the PersistentVolumeClaim');
    await place.kubectl(['delete', 'pvc', app.claim]);
    await app.ready();
    await app.with('SchemaReady', 'True');
    await app.replaced();
    expect(await app.hasBooking()).to.equal(false);
    await app.book();
    await deleteApp();
  });

  it('that are files of somebody else are not touched, and the status says why MySQL does not start', async () => {
    const guest = new AppIn(place, 'guest');
    const labels = Object.fromEntries([
      ['interstellar.dev/app', 'guest'],
      ['app.kubernetes.io/managed-by', 'vacation-operator'],
    ]);
    await place.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: guest.claim, labels },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    });
    await place.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'guest-credentials', labels },
      stringData: {
        db_uri: 'mysql://vacation:kept-password@guest-mysql:3306/vacation',
        db_migration_uri: 'mysql://vacation_migration:kept-password@guest-mysql:3306/vacation',
        db_root_password: 'kept-root-password',
        secret_key: 'a key that is long enough',
      },
    });
    const files = 'mkdir -p /volume/mysql && printf theirs > /volume/mysql/precious && chmod -R a+rwX /volume/mysql';
    await withVolume(guest, files);
    await guest.declare();
    await guest.with('DatabaseReady', 'False', 'ContainerFailing');
    expect((await guest.condition('DatabaseReady'))?.message).to.contain('holds files but no database');
    await place.kubectl(['delete', 'vapp', 'guest']);
    await place.gone('pod', 'guest-mysql-0');
    expect(await withVolume(guest, 'cat /volume/mysql/precious; ls -A /volume/mysql')).to.equal('theirsprecious\n');
  });

  it('find their way out of a storage class that does not exist', async () => {
    const stuck = new AppIn(place, 'stuck');
    await stuck.declare({ database: { managed: { storage: { storageClassName: 'typo' } } } });
    await stuck.with('DatabaseReady', 'False', 'VolumePending');
    expect((await stuck.condition('DatabaseReady'))?.message).to.contain('StorageClass typo');
    await place.kubectl(['delete', 'vapp', 'stuck']);
    await stuck.declare();
    await stuck.with('DatabaseReady', 'False', 'VolumePending');
    await place.kubectl(['delete', 'pvc', stuck.claim]);
    await stuck.ready();
    await place.kubectl(['delete', 'vapp', 'stuck']);
  });

  /** Runs a command in a pod that has the volume of the app at /volume, and resolves to what it printed. */
  async function withVolume({ claim, name }: AppIn, command: string): Promise<string> {
    const image = world().cluster.pulls ? 'mysql:8.4' : (await mysqlImage()).tag;
    const pod = `${name}-look`;
    await place.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'look',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['bash', '-c', command],
            securityContext: { runAsUser: 0 },
            volumeMounts: [{ name: 'data', mountPath: '/volume' }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
      },
    });
    await place.kubectl(['wait', `pod/${pod}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s']);
    const printed = await place.kubectl(['logs', pod]);
    await place.kubectl(['delete', 'pod', pod]);
    return printed;
  }
});
