import { VACATION_APP, type VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import type { ApiClient, ApiRequest } from '../../../operator/runtime/api-client.ts';
import { ApiError } from '../../../operator/runtime/api-error.ts';
import type { Clock } from '../../../operator/runtime/clock.ts';
import { pathOf, type Kind, type KubeObject } from '../../../operator/runtime/kinds.ts';
import { POD, SECRET, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { CHILD_KINDS } from '../../../operator/vacation-app/resources/index.ts';
import { ApiModel, isSelected, type Happening, type Place, type Stored } from './api-model.ts';
import { BrokenConnectionError, startLife, type OperatorLife } from './operator-life.ts';
import { APP, change, create, declared, NAMESPACE, remove, replace, sabotage, type Act } from './person.ts';
import { randomOf, type Random } from './random.ts';
import { foul } from './referee.ts';
import { nextWrite, WORKLOAD_KINDS, type Scene } from './workloads.ts';

const EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
export const KINDS: readonly Kind[] = [VACATION_APP, SECRET, ...CHILD_KINDS, VOLUME_CLAIM, POD, EVENT];

/** What the simulation needs of an API server. */
export interface Backend {
  /** Everything that happened, in order for each kind. */
  readonly history: readonly Happening[];
  /** The answer, once what it brought about stands in the history. */
  handle(request: ApiRequest, isOperator: boolean): unknown;
  parse(path: string): Place | undefined;
  get(plural: string, namespace: string, name: string): Stored | undefined;
  list(plural: string): readonly Stored[];
}

export interface SimulationOptions {
  readonly seed: number;
  /** What is declared in the end. */
  readonly spec: VacationAppSpec;
  /** Everything at once and in order, and nothing goes wrong: what all other runs must come to. */
  readonly calm?: boolean;
  /** The operator is killed when the API server takes this write of its, the first being 1: before or after it is done. */
  readonly killedAt?: { readonly write: number; readonly done: boolean };
  readonly backend?: (now: () => Date) => Backend;
}

/** How a run goes, drawn from its seed. */
interface Temper {
  /** How readily each kind of thing happens when it may. */
  readonly eager: Readonly<Record<'serve' | 'answer' | 'watch' | 'workload' | 'person' | 'timer', number>>;
  /** Some kinds' watches are late. */
  readonly late: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly lost: number;
  readonly failingJobs: number;
  kills: number;
  brokenWatches: number;
  changes: number;
  sabotages: number;
  recreations: number;
}

interface Pending {
  readonly request: ApiRequest;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  answer?: { readonly value: unknown } | { readonly error: Error };
}

interface Watch {
  readonly plural: string;
  readonly query: ApiRequest['query'];
  readonly opened: number;
  next: number;
  /** The newest version told. */
  told: number;
  heard: boolean;
  wake: (event: object | undefined) => void;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** One of the things that may happen next. */
interface Move {
  readonly weight: number;
  readonly name: string;
  readonly make: () => void | Promise<void>;
}

const LONGEST = 20_000;
/** Watches are late, but not for ever: after so many things have happened since, one hurries. */
const FAR_BEHIND = 100;
const START = Date.UTC(2026, 10, 22);

/**
 * The operator's own code, against a model of the API server, under one scheduler that decides by chance what happens next: whether a
 * request is taken, refused or answered, which watch tells the next event, what the workloads do, when a person changes what is declared, when time
 * passes, when the operator is killed and started anew. Nothing else is asynchronous, so a seed is a whole history.
 */
export class Simulation {
  /** What happened, a line each. */
  readonly trace: string[] = [];
  writes = 0;
  reads = 0;
  events = 0;
  readonly #options: SimulationOptions;
  readonly #random: Random;
  /** What may happen happens in a fixed order. */
  readonly #isOrderly: boolean;
  readonly #temper: Temper;
  readonly #api: Backend;
  #time = 0;
  #order = 0;
  #life: OperatorLife | undefined;
  #pending: Pending[] = [];
  #watches: Watch[] = [];
  /** Those of the life that is now. */
  #timers = new Set<Timer>();
  #load = 4;
  #dueWorkloads: { readonly now: string; readonly requests: readonly ApiRequest[] } = { now: '', requests: [] };
  #isDeclared = false;
  #isUndisturbed = true;
  /** The uid of the Job that fails, by its name. */
  readonly #failing = new Map<string, string>();
  readonly #fouls: string[] = [];

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#isOrderly = options.calm === true || options.killedAt !== undefined;
    this.#temper = this.#isOrderly ? { ...CALM } : temperOf(this.#random);
    const now = (): Date => this.now();
    this.#api = options.backend?.(now) ?? new ApiModel(KINDS, now);
  }

  now(): Date {
    return new Date(START + this.#time);
  }

  /** Runs until nothing more happens. */
  async run(): Promise<void> {
    this.#start();
    await this.#settle();
  }

  /** Nothing of it goes on. */
  end(): void {
    this.#life?.end();
  }

  /** Looks at everything again, lets an hour pass, and starts anew: what is right needs no write. */
  async linger(): Promise<void> {
    const before = this.writes;
    this.#temper.changes = 0;
    this.#life?.resync();
    await this.#settle();
    this.#time += 3_600_000;
    this.#kill('to start anew');
    await this.#settle();
    if (this.writes > before) this.#fouls.push(`${this.writes - before} writes after everything was as declared`);
  }

  /** What must not have been, told with the seed. */
  get fouls(): readonly string[] {
    return [...this.#fouls, ...(this.#life?.faults ?? []).map((fault) => `threw ${String((fault as Error).stack)}`)];
  }

  /** All objects, without what differs from run to run by nature. */
  world(): Record<string, unknown> {
    const kinds = KINDS.filter((kind) => kind !== EVENT && kind !== POD);
    const objects = kinds.flatMap(({ plural }) => this.#api.list(plural).map((object) => [plural, object] as const));
    const named = objects.map(([plural, object]) => [`${plural} ${object.metadata.name}`, plain(object)] as const);
    return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  object(plural: string, name: string): Stored | undefined {
    return this.#api.get(plural, NAMESPACE, name);
  }

  /** The distinct pod templates that a Deployment or StatefulSet has had. */
  templates(plural: string): number {
    const seen = this.#api.history
      .filter((happening) => happening.plural === plural && happening.after)
      .map(({ after }) => JSON.stringify((after?.spec as { template?: unknown }).template));
    return new Set(seen).size;
  }

  async #settle(): Promise<void> {
    for (let count = 0; ; count += 1) {
      await new Promise(setImmediate);
      const move = this.#choose(this.#moves());
      if (move === undefined) return;
      if (count > LONGEST)
        throw new Error(`no rest after ${LONGEST} moves; the last:\n${this.trace.slice(-60).join('\n')}`);
      this.trace.push(move.name);
      await move.make();
    }
  }

  #choose(moves: readonly Move[]): Move | undefined {
    if (this.#isOrderly) return moves.toSorted((one, other) => other.weight - one.weight)[0];
    const urgent = moves.filter(({ weight }) => weight > 0);
    if (urgent.length === 0) return moves[0];
    let left = this.#random.next() * urgent.reduce((sum, { weight }) => sum + weight, 0);
    return urgent.find(({ weight }) => (left -= weight) <= 0) ?? urgent.at(-1);
  }

  /** Everything that may happen now. Weight 0: only when nothing else may. */
  #moves(): Move[] {
    const { eager } = this.#temper;
    const moves: Move[] = [];
    for (const pending of this.#pending) {
      const what = described(pending.request);
      moves.push(
        pending.answer
          ? { weight: eager.answer, name: `answer ${what}`, make: () => this.#answer(pending) }
          : { weight: eager.serve, name: `serve ${what}`, make: () => this.#serve(pending) },
      );
    }
    for (const watch of this.#watches) moves.push(...this.#movesOf(watch));
    moves.push(...this.#workloads(eager.workload), ...this.#chores(eager.person));
    const timer = [...this.#timers].sort((one, other) => one.due - other.due || one.order - other.order)[0];
    if (timer) {
      const isIdle = moves.length === 0;
      moves.push({
        weight: isIdle ? 0 : eager.timer,
        name: `+${timer.due - this.#time} ms`,
        make: () => this.#fire(timer),
      });
    }
    return moves;
  }

  #movesOf(watch: Watch): Move[] {
    const { eager, late } = this.#temper;
    const next = this.#undelivered(watch);
    const moves: Move[] = [];
    if (next) {
      const isFarBehind = this.#api.history.length - next.index > FAR_BEHIND;
      const weight = isFarBehind ? 1 : eager.watch * (late[watch.plural] ?? 1);
      moves.push({
        weight,
        name: `tell ${next.type} ${watch.plural} ${next.object.metadata.name}`,
        make: () => this.#tell(watch, next),
      });
    }
    if (watch.heard && this.#temper.brokenWatches > 0) {
      moves.push({ weight: 0.03, name: `end the watch of ${watch.plural}`, make: () => this.#break(watch) });
    }
    return moves;
  }

  /** As long as nothing has happened, it is what it was. */
  #workloads(weight: number): Move[] {
    const now = `${this.#api.history.length} ${this.#load}`;
    if (this.#dueWorkloads.now !== now) this.#dueWorkloads = { now, requests: this.#requestsOfWorkloads() };
    return this.#dueWorkloads.requests.map((request) => ({
      weight,
      name: `workload ${described(request)}`,
      make: () => this.#do(request),
    }));
  }

  #requestsOfWorkloads(): ApiRequest[] {
    const scene: Scene = {
      get: ({ plural }, namespace, name) => this.#api.get(plural, namespace, name),
      load: () => this.#load,
      fails: (job) => this.#fails(job),
      now: () => this.now(),
    };
    const due = WORKLOAD_KINDS.flatMap(({ plural }) => this.#api.list(plural)).flatMap(
      (object) => nextWrite(object, scene) ?? [],
    );
    const orphans = KINDS.flatMap(({ plural }) =>
      this.#api
        .list(plural)
        .filter((object) => this.#isOrphan(object) && !this.#isInUse(plural, object))
        .map((object) => collected(plural, object)),
    );
    return [...due, ...orphans];
  }

  #isOrphan({ metadata }: Stored): boolean {
    const owners = metadata.ownerReferences ?? [];
    if (owners.length === 0 || metadata.deletionTimestamp !== undefined) return false;
    return owners.every(({ kind, name, uid }) => {
      const plural = KINDS.find((candidate) => candidate.kind === kind)?.plural ?? '';
      return this.#api.get(plural, metadata.namespace ?? '', name)?.metadata.uid !== uid;
    });
  }

  /** A volume stays as long as pods use it, and they as long as their StatefulSet; those of a later app wait for another volume. */
  #isInUse(plural: string, { metadata: { namespace = '', name, ownerReferences = [] } }: Stored): boolean {
    const user = /^data-(.*)-0$/.exec(name)?.[1];
    if (plural !== VOLUME_CLAIM.plural || user === undefined) return false;
    const owners = this.#api.get(STATEFUL_SET.plural, namespace, user)?.metadata.ownerReferences ?? [];
    return owners.some(({ uid }) => ownerReferences.some((owner) => owner.uid === uid));
  }

  /** The first of a name, where the seed wants it. */
  #fails({ metadata: { name, uid = '' } }: KubeObject): boolean {
    const known = this.#failing.get(name);
    if (known !== undefined) return known === uid;
    const fails = this.#random.chance(this.#temper.failingJobs);
    this.#failing.set(name, fails ? uid : '');
    return fails;
  }

  /** What people do, and what happens to the operator's process. The last is to declare what shall be. */
  #chores(weight: number): Move[] {
    const moves: Move[] = [];
    const temper = this.#temper;
    const act = (what: Act, how = weight): Move => ({
      weight: how,
      name: what.name,
      make: () => this.#do(what.request),
    });
    const app = this.#api.get(VACATION_APP.plural, NAMESPACE, APP);
    if (temper.kills > 0) {
      moves.push({
        weight: 0.05,
        name: 'kill',
        make: () => {
          temper.kills -= 1;
          this.#kill('by chance');
        },
      });
    }
    if (app === undefined) return [...moves, act(create(declared(this.#isDeclared ? this.#options.spec : {})))];
    if (temper.changes > 0) {
      moves.push({ weight, name: 'change', make: () => this.#change() });
    } else if (temper.recreations > 0) {
      const away = act(remove());
      moves.push({ ...away, make: () => ((temper.recreations -= 1), away.make()) });
    } else if (!this.#isDeclared) {
      const last = act(replace(declared(this.#options.spec)));
      moves.push({ ...last, weight: this.#isOrderly ? 99 : weight, make: () => this.#declare(last) });
    }
    if (temper.sabotages > 0) moves.push({ weight: weight / 2, name: 'sabotage', make: () => this.#sabotage() });
    return moves;
  }

  async #declare(last: Move): Promise<void> {
    this.#isDeclared = true;
    await last.make();
  }

  async #change(): Promise<void> {
    this.#temper.changes -= 1;
    this.#load = 1 + this.#random.below(9);
    if (this.#temper.changes === 0) this.#load = 4;
    const act = change(this.#random);
    this.trace.push(`  ${act.name}`);
    await this.#do(act.request);
  }

  async #sabotage(): Promise<void> {
    this.#temper.sabotages -= 1;
    this.#isUndisturbed = false;
    const act = sabotage(this.#random);
    this.trace.push(`  ${act.name}`);
    await this.#do(act.request);
  }

  /** A request of somebody else's: taken at once; what is refused is left. */
  async #do(request: ApiRequest): Promise<void> {
    try {
      await this.#api.handle(request, false);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.trace.push(`  ${error.message}`);
    }
  }

  async #serve(pending: Pending): Promise<void> {
    const { request } = pending;
    const isRead = request.method === 'GET';
    const isList = isRead && this.#api.parse(request.path)?.name === undefined;
    const refusal = isList ? undefined : this.#refusal();
    if (refusal) {
      this.#isUndisturbed = false;
      this.trace.push(`  refused: ${refusal.message}`);
      pending.answer = { error: refusal };
      return;
    }
    if (!isRead && !this.#countsAsEvent(request)) {
      this.writes += 1;
      const { write, done } = this.#options.killedAt ?? {};
      if (write === this.writes && !done) {
        this.#kill('before the write');
        return;
      }
    }
    if (isRead && !isList) this.reads += 1;
    await this.#take(pending);
    if (this.#options.killedAt?.write === this.writes && this.#options.killedAt.done && !isRead) {
      this.#kill('after the write');
      return;
    }
    if (!isList && this.#random.chance(this.#temper.lost)) {
      this.#isUndisturbed = false;
      this.trace.push('  the answer is lost');
      pending.answer = { error: new BrokenConnectionError('socket hang up') };
    }
  }

  #countsAsEvent({ path }: ApiRequest): boolean {
    const isEvent = this.#api.parse(path)?.plural === EVENT.plural;
    if (isEvent) this.events += 1;
    return isEvent;
  }

  async #take(pending: Pending): Promise<void> {
    const { request } = pending;
    const place = this.#api.parse(request.path);
    const look = (): Stored | undefined => place && this.#api.get(place.plural, place.namespace, place.name ?? '');
    const before = look();
    const hasDatabase = place?.plural === SECRET.plural && this.#hasDatabase();
    try {
      pending.answer = { value: await this.#api.handle(request, true) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.trace.push(`  ${error.status} ${error.message}`);
      pending.answer = { error };
    }
    if (!place || request.method === 'GET' || place.plural === EVENT.plural) return;
    const wrong = foul({
      request,
      place,
      before,
      after: look(),
      known: this.#life?.known() ?? [],
      isRefused: 'error' in pending.answer,
      hasDatabase,
      isUndisturbed: this.#isUndisturbed,
    });
    if (wrong !== undefined) this.#fouls.push(`${request.method} ${request.path}: ${wrong}`);
  }

  /** Whether the volume may hold a database: it has been there together with credentials, without which no pod of it starts. */
  #hasDatabase(): boolean {
    const there = new Map<string, Stored>();
    let initialised: string | undefined;
    for (const { plural, before, after } of this.#api.history) {
      if (plural !== SECRET.plural && plural !== VOLUME_CLAIM.plural) continue;
      if (after) there.set(plural, after);
      else if (before) there.delete(plural);
      if (there.size === 2) initialised = there.get(VOLUME_CLAIM.plural)?.metadata.uid;
    }
    return initialised !== undefined && there.get(VOLUME_CLAIM.plural)?.metadata.uid === initialised;
  }

  #refusal(): Error | undefined {
    if (!this.#random.chance(this.#temper.refused)) return undefined;
    return this.#random.pick([
      () => new ApiError(409, 'Conflict', 'somebody was faster'),
      () => new ApiError(429, 'TooManyRequests', 'later', 1_000),
      () => new ApiError(500, 'InternalError', 'etcdserver: request timed out'),
      () => new ApiError(503, 'ServiceUnavailable', 'apiserver is shutting down'),
      () => new BrokenConnectionError('connect ECONNREFUSED'),
    ])();
  }

  #answer(pending: Pending): void {
    this.#pending = this.#pending.filter((candidate) => candidate !== pending);
    if (pending.answer === undefined) return;
    if ('error' in pending.answer) pending.reject(pending.answer.error);
    else pending.resolve(pending.answer.value);
  }

  #undelivered(watch: Watch): { type: string; object: KubeObject; index: number } | undefined {
    const { history } = this.#api;
    for (let index = watch.next; index < history.length; index += 1) {
      const happening = history[index];
      const event = happening && eventOf(happening, watch);
      if (event) return { ...event, index };
      watch.next = index + 1;
    }
    return undefined;
  }

  #tell(watch: Watch, event: { type: string; object: KubeObject; index: number }): void {
    watch.next = event.index + 1;
    watch.heard = true;
    watch.wake({ type: event.type, object: event.object });
  }

  /** In one of the ways in which watches end. */
  #break(watch: Watch): void {
    this.#temper.brokenWatches -= 1;
    if (this.#random.chance(0.5)) {
      this.#watches = this.#watches.filter((open) => open !== watch);
      watch.wake(undefined);
    } else {
      const gone = { code: 410, reason: 'Expired', message: 'too old resource version' };
      this.#watches = this.#watches.filter((open) => open !== watch);
      watch.wake({ type: 'ERROR', object: gone });
    }
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#time = Math.max(this.#time, timer.due);
    timer.run();
  }

  /** What is under way is never heard of again; the API server may still take it. */
  #kill(why: string): void {
    this.trace.push(`killed ${why}`);
    this.#isUndisturbed = false;
    this.#fouls.push(...(this.#life?.faults ?? []).map((fault) => `threw ${String((fault as Error).stack)}`));
    this.#pending = [];
    this.#watches = [];
    this.#life?.end();
    this.#start();
  }

  #start(): void {
    const timers = new Set<Timer>();
    this.#timers = timers;
    const isAlive = (): boolean => timers === this.#timers;
    const clock: Clock = {
      now: () => this.#time,
      after: (ms, run) => {
        const timer = { due: this.#time + ms, order: (this.#order += 1), run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    };
    const workers = this.#isOrderly ? 1 : 1 + this.#random.below(3);
    this.#life = startLife({ client: this.#client(isAlive), clock, now: () => this.now(), workers });
  }

  /** The API as the operator's process has it, for as long as it lives. */
  #client(isAlive: () => boolean): ApiClient {
    const open = (watch: Watch): void => {
      if (isAlive()) this.#watches.push(watch);
    };
    return {
      request: <T>(request: ApiRequest) =>
        new Promise<T>((resolve, reject) => {
          if (isAlive()) this.#pending.push({ request, resolve: resolve as (answer: unknown) => void, reject });
        }),
      stream: <T>(request: ApiRequest) => this.#stream(request, open) as AsyncGenerator<T, void, undefined>,
      reconnect: () => undefined,
    };
  }

  async *#stream({ path, query }: ApiRequest, open: (watch: Watch) => void): AsyncGenerator<object, void, undefined> {
    const from = Number(query?.resourceVersion);
    const { history } = this.#api;
    const next = history.findIndex(({ version }) => version > from);
    const watch: Watch = {
      plural: this.#api.parse(path)?.plural ?? '',
      query,
      opened: this.#time,
      next: next < 0 ? history.length : next,
      told: from,
      heard: false,
      wake: () => undefined,
    };
    let isOpen = false;
    for (;;) {
      const event = await new Promise<object | undefined>((resolve) => {
        watch.wake = resolve;
        if (!isOpen) open(watch);
        isOpen = true;
      });
      if (event === undefined) return;
      yield event;
    }
  }
}

const CALM: Temper = {
  eager: { serve: 6, answer: 8, watch: 9, workload: 3, person: 2, timer: 1 },
  late: {},
  refused: 0,
  lost: 0,
  failingJobs: 0,
  kills: 0,
  brokenWatches: 0,
  changes: 0,
  sabotages: 0,
  recreations: 0,
};

function temperOf(random: Random): Temper {
  const eagerness = (): number => random.pick([1, 1, 0.3, 0.1, 0.03]);
  const late = KINDS.map(({ plural }) => [plural, random.pick([1, 1, 1, 0.2, 0.02])] as const);
  return {
    eager: {
      serve: eagerness(),
      answer: eagerness(),
      watch: eagerness(),
      workload: eagerness(),
      person: random.pick([0.3, 0.1, 0.03]),
      timer: random.pick([0, 0.01, 0.1]),
    },
    late: Object.fromEntries(late),
    refused: random.pick([0, 0, 0.03, 0.2]),
    lost: random.pick([0, 0, 0.03, 0.15]),
    failingJobs: random.pick([0, 0, 0.5]),
    kills: random.pick([0, 0, 1, 3]),
    brokenWatches: random.pick([0, 2, 6]),
    changes: random.below(6),
    sabotages: random.pick([0, 0, 1, 4]),
    recreations: random.pick([0, 0, 0, 1]),
  };
}

/** What a watch would be told of it: an object that comes into what the watch selects is added, one that leaves it is deleted. */
function eventOf(
  { plural, before, after, version }: Happening,
  watch: Watch,
): { type: string; object: KubeObject } | undefined {
  if (plural !== watch.plural) return undefined;
  const was = before !== undefined && isSelected(before.metadata, watch.query);
  const is = after !== undefined && isSelected(after.metadata, watch.query);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return undefined;
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } } };
}

/** Events are named for the time of day. */
const described = ({ method, path }: ApiRequest): string =>
  `${method} ${path.replace(/^.*namespaces\/travel\//, '').replace(/^events\/.*/, 'events')}`;

const collected = (plural: string, { metadata: { namespace = '', name, uid } }: Stored): ApiRequest => ({
  method: 'DELETE',
  path: pathOf(KINDS.find((kind) => kind.plural === plural) ?? VACATION_APP, namespace, name),
  body: { preconditions: { uid } },
});

/** Where two worlds differ, a line each. */
export function differences(one: unknown, other: unknown, path = ''): string[] {
  const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isBranch(one) || !isBranch(other)) {
    return one === other ? [] : [`${path}: ${JSON.stringify(one)} instead of ${JSON.stringify(other)}`];
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].flatMap((name) => differences(one[name], other[name], `${path}/${name}`));
}

const FLEETING = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'observedGeneration',
  'creationTimestamp',
  'lastTransitionTime',
  'managedFields',
  'startTime',
  'completionTime',
  // What was corrected, which is nothing where nobody laid hands on anything.
  'drift',
  'drift',
]);

/** The object without versions, times and uids, nor what others did to it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !FLEETING.has(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, plain(part)]));
}
