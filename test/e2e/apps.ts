import { randomBytes } from 'node:crypto';
import { HttpTraveller } from '../support/http-traveller.ts';
import { eventually, type KubeObject } from '../support/kubectl.ts';
import { aTraveller, aTrip, type Traveller } from '../support/traveller.ts';
import { type App, type Condition, conditionOf, READY_WITHIN_MS, world } from './world.ts';

/** What is in one namespace of its own, made with it. */
export class Place {
  readonly namespace: string;

  private constructor(namespace: string) {
    this.namespace = namespace;
  }

  static async make(namespace: string): Promise<Place> {
    await world().kubectl.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    return new Place(namespace);
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    const options = { timeoutMs: 180_000, ...(input === undefined ? {} : { input }) };
    return world().kubectl(['--namespace', this.namespace, ...args], options);
  }

  apply(object: object): Promise<string> {
    return this.kubectl(['apply', '--filename', '-'], JSON.stringify(object));
  }

  /** undefined where there is none. */
  async get<T extends KubeObject>(resource: string, name: string): Promise<T | undefined> {
    const text = await this.kubectl(['get', resource, name, '--ignore-not-found', '--output', 'json']);
    return text === '' ? undefined : (JSON.parse(text) as T);
  }

  async gone(resource: string, name: string): Promise<void> {
    await eventually(
      `${resource} ${name} is gone`,
      120_000,
      () => this.kubectl(['get', resource, name, '--ignore-not-found', '--output', 'name']),
      (found) => found === '',
    );
  }

  /** Names and uids, so that a restart of any pod shows. */
  async pods(selector: string): Promise<string[]> {
    const path = '{range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}';
    const text = await this.kubectl(['get', 'pods', '--selector', selector, '--output', `jsonpath=${path}`]);
    return text.split('\n').filter((line) => line !== '');
  }

  remove(): Promise<string> {
    return world().kubectl(['delete', 'namespace', this.namespace, '--wait=false']);
  }
}

/** One app in its place. */
export class AppIn {
  readonly place: Place;
  readonly name: string;
  #traveller: Traveller | undefined;

  constructor(place: Place, name: string) {
    this.place = place;
    this.name = name;
  }

  get claim(): string {
    return `data-${this.name}-mysql-0`;
  }

  /** One web pod: an autoscaler would add and take away pods while they are compared. */
  async declare(spec: object = {}): Promise<void> {
    await this.place.apply({
      apiVersion: 'interstellar.dev/v1alpha1',
      kind: 'VacationApp',
      metadata: { name: this.name },
      spec: { replicas: 1, service: { type: 'NodePort' }, ...spec },
    });
  }

  ready(): Promise<App> {
    return this.with('Ready', 'True');
  }

  /** The app, once the operator has answered what is declared and the condition is so. */
  with(type: string, status: string, reason?: string): Promise<App> {
    const holds = (app: App | undefined): boolean => {
      const { generation } = (app?.metadata ?? {}) as { generation?: number };
      const found = app && conditionOf(app, type);
      const isSo = found?.status === status && (reason === undefined || found.reason === reason);
      return app?.status?.observedGeneration === generation && isSo;
    };
    const look = () => this.place.get<App>('vacationapp', this.name);
    return eventually(
      `${this.name} has ${type}=${status} ${reason ?? ''}`,
      READY_WITHIN_MS,
      look,
      holds,
    ) as Promise<App>;
  }

  /** Pods that a rolling update replaced have gone: while they end, they may still answer, with keys of their own. */
  async replaced(): Promise<void> {
    await eventually(
      `one web pod of ${this.name}`,
      READY_WITHIN_MS,
      () => this.place.pods(`app.kubernetes.io/component=web,interstellar.dev/app=${this.name}`),
      (pods) => pods.length === 1,
    );
  }

  async condition(type: string): Promise<Condition | undefined> {
    const app = await this.place.get<App>('vacationapp', this.name);
    return app && conditionOf(app, type);
  }

  async url(): Promise<string> {
    const path = 'jsonpath={.spec.ports[0].nodePort}';
    const port = await this.place.kubectl(['get', 'service', `${this.name}-web`, '--output', path]);
    const url = `http://${world().nodeAddress}:${port}`;
    await eventually(
      'the node port answers',
      60_000,
      () => fetch(`${url}/about`),
      ({ ok }) => ok,
    );
    return url;
  }

  /** Somebody signs up and books; `hasBooking` tells later whether that is still known. */
  async book(): Promise<void> {
    this.#traveller = aTraveller();
    const visitor = new HttpTraveller(await this.url());
    await visitor.signUp(this.#traveller);
    await visitor.book(aTrip({ destination: 'Kepler-452 System' }));
  }

  async hasBooking(): Promise<boolean> {
    if (!this.#traveller) throw new Error('nobody has booked');
    const { username, password } = this.#traveller;
    const visitor = new HttpTraveller(await this.url());
    await visitor.submit('/login', { username, password });
    return (await visitor.get('/reservation')).body.includes('Kepler-452 System');
  }

  /** Leaves random bytes beside the database on its volume, and resolves to them. */
  async leaveWitness(): Promise<string> {
    const bytes = randomBytes(16).toString('hex');
    await this.#inMysql(`printf %s ${bytes} > ${WITNESS}`);
    return bytes;
  }

  /** Those bytes as they are now; empty where there are none. */
  witness(): Promise<string> {
    return this.#inMysql(`cat ${WITNESS} 2>/dev/null || true`);
  }

  #inMysql(command: string): Promise<string> {
    return this.place.kubectl(['exec', `${this.name}-mysql-0`, '--container', 'mysql', '--', 'bash', '-c', command]);
  }
}

const WITNESS = '/var/lib/vacation/witness';
