import {
  ANNOTATION,
  VACATION_APP,
  type VacationApp,
  type VacationAppSpec,
} from '../../../operator/api/vacation-app.ts';
import type { ApiRequest } from '../../../operator/runtime/client/api-client.ts';
import { ApiError } from '../../../operator/runtime/client/api-error.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB, POD, SECRET, STATEFUL_SET, VOLUME_CLAIM } from '../../../operator/vacation-app/kinds.ts';
import { ApiModel, type Happening, type Place, type Stored } from './api-model.ts';
import { Causes, modesty, type Facts } from './causes.ts';
import { collections, releases } from './collector.ts';
import { Connection, type Pending, type Watch } from './connection.ts';
import { EVENT, KINDS } from './kinds.ts';
import type { Move } from './move.ts';
import { admitted, isObstruction, type Obstacle } from './obstacle.ts';
import { BrokenConnectionError, startLife, type OperatorLife } from './operator-life.ts';
import { People } from './people.ts';
import { Pacing } from './pacing.ts';
import { APP, DATABASE_POD, NAMESPACE } from './person.ts';
import { randomOf, type Random } from './random.ts';
import { foul, hold, loss, silence, untruth } from './referee.ts';
import { CALM, temperOf, type Temper } from './temper.ts';
import { Timers } from './timers.ts';
import { Volumes } from './volumes.ts';
import { nextWrite, WORKLOAD_KINDS, type Database, type Scene } from './workloads.ts';
import { differences, isOfVersions, plainly } from './world.ts';

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
  /** Of an app whose database is not MySQL on a volume. */
  readonly database?: Database;
}

interface Refusals {
  readonly by: Obstacle | undefined;
  readonly since: number;
  /** Until the latest. */
  readonly lastedMs: number;
}

const NO_REFUSALS: Refusals = { by: undefined, since: 0, lastedMs: 0 };

const LONGEST = 6_000;
/** Watches are late, but not for ever: after so many things have happened since, one hurries. */
const FAR_BEHIND = 100;
/** For how long the operator holds a status back at most. */
const MOMENT_MS = 500;
const START = Date.UTC(2026, 10, 22);

/**
 * The operator's own code, against a model of the API server, under one scheduler that decides by chance what happens next: whether a
 * request is taken, refused or answered, which watch tells the next event, what the workloads do, what people do, when time passes, when the
 * operator is killed and started anew. Nothing else is asynchronous, so a seed is a whole history.
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
  readonly #volumes: Volumes;
  readonly #people: People;
  readonly #timers = new Timers();
  #connection: Connection;
  #life: OperatorLife | undefined;
  #pacing = new Pacing();
  #causes = new Causes();
  /** For how long one obstacle has refused writes of this life. */
  #refusals: Refusals = NO_REFUSALS;
  #dueWorkloads: { readonly now: string; readonly requests: readonly ApiRequest[] } = { now: '', requests: [] };
  #isUndisturbed = true;
  #passwords = 0;
  /** The uid of the Job that fails, by its name. */
  readonly #failing = new Map<string, string>();
  readonly #fouls: string[] = [];

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#isOrderly = options.calm === true || options.killedAt !== undefined;
    this.#temper = this.#isOrderly ? { ...CALM } : temperOf(this.#random);
    const now = (): Date => this.now();
    const api = options.backend?.(now) ?? new ApiModel(KINDS, now);
    this.#api = api;
    this.#volumes = new Volumes(api.history);
    this.#connection = new Connection(api);
    const stage = {
      random: this.#random,
      temper: this.#temper,
      volumes: this.#volumes,
      trace: this.trace,
      get: (plural: string, namespace: string, name: string) => api.get(plural, namespace, name),
      list: (plural: string) => api.list(plural),
      isQuiet: () => this.#isQuiet(),
      do: (request: ApiRequest) => this.#do(request),
    };
    this.#people = new People(stage, options.spec, this.#isOrderly);
  }

  now(): Date {
    return new Date(START + this.#timers.time);
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
    this.#people.retire();
    this.#life?.resync();
    await this.#settle();
    this.#timers.time += 3_600_000;
    this.#kill('to start anew');
    await this.#settle();
    if (this.writes > before) this.#fouls.push(`${this.writes - before} writes after everything was as declared`);
  }

  /** What must not have been, told with the seed. */
  get fouls(): readonly string[] {
    return [...new Set([...this.#fouls, ...this.#volumes.fouls]), ...this.#faults()];
  }

  /** All objects, without what differs from run to run by nature. */
  world(): Record<string, unknown> {
    const kinds = KINDS.filter((kind) => kind !== EVENT && kind !== POD);
    const named = kinds.flatMap(({ plural }) => plainly(plural, this.#api.list(plural)));
    return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Where the world is not as it is to be, a line each. */
  differencesTo(end: Readonly<Record<string, unknown>>): string[] {
    const isExcused = (line: string): boolean => this.#volumes.isUnreported && isOfVersions(line);
    return differences(this.world(), end).filter((line) => !isExcused(line));
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
      this.#volumes.follow();
      this.#judge();
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

  /** Whether the operator knows all, and has nothing under way nor to try again. */
  #isQuiet(): boolean {
    return this.#connection.isIdle && this.#life?.isAtRest() === true;
  }

  /** What the operator says when it knows all has to be so, what it then says is done it may not do again, and what is to be kept is its no more. */
  #judge(): void {
    const facts = this.#facts();
    this.#causes.look(facts, this.#timers.time);
    if (!this.#isQuiet()) return;
    const app = this.object(VACATION_APP.plural, APP) as (KubeObject & VacationApp) | undefined;
    if (!app || app.metadata.deletionTimestamp !== undefined) return;
    const { claim, secret } = this.#volumes;
    this.#judgeCause(app, facts);
    if (isObstruction(this.#life?.lastError())) this.#foul(silence(app, this.#refusals.lastedMs));
    else this.#refusals = NO_REFUSALS;
    this.#foul(untruth(app, this.object(DEPLOYMENT.plural, `${APP}-web`), this.#volumes.used()));
    const isHindered = this.#isHindered(app);
    this.#foul(hold(app, [claim, secret], isHindered));
    if (isHindered) return;
    const schema = app.status?.conditions?.find(({ type }) => type === 'SchemaReady');
    const isObserved = app.status?.observedGeneration === app.metadata.generation;
    if (schema?.status === 'True' && isObserved) this.#volumes.remember();
  }

  /** Once others have written what they see, so that the operator can know it, and it does not hold its status back for a moment. */
  #judgeCause(app: KubeObject & VacationApp, facts: Facts): void {
    const { next, time } = this.#timers;
    const isHeldBack = next !== undefined && next.due - time <= MOMENT_MS;
    if (isHeldBack || this.#workloads(1).length > 0) return;
    this.#foul(this.#causes.misnomer(app, this.#timers.time));
    this.#foul(modesty(app, facts));
  }

  #facts(): Facts {
    return {
      claim: this.#volumes.claim,
      statefulSet: this.object(STATEFUL_SET.plural, `${APP}-mysql`),
      databasePod: this.object(POD.plural, DATABASE_POD),
      deployment: this.object(DEPLOYMENT.plural, `${APP}-web`),
      jobs: this.#api.list(JOB.plural),
      arePodsRefused: this.#people.situation?.hindrance === 'refused',
    };
  }

  /** Whether something keeps the operator from writing to what holds data. */
  #isHindered({ metadata }: KubeObject): boolean {
    if (metadata.annotations?.[ANNOTATION.paused] === 'true') return true;
    return [VOLUME_CLAIM, SECRET].some(
      ({ plural }) => this.#people.obstacle?.plural === plural || isObstruction(this.#life?.lastError(), plural),
    );
  }

  #foul(wrong: string | undefined): void {
    if (wrong === undefined || this.#fouls.includes(wrong)) return;
    this.trace.push(`  FOUL: ${wrong}`);
    this.#fouls.push(wrong);
  }

  /** Everything that may happen now. */
  #moves(): Move[] {
    const { eager } = this.#temper;
    const moves: Move[] = [];
    for (const pending of this.#connection.pending) {
      const what = described(pending.request);
      moves.push(
        pending.answer
          ? { weight: eager.answer, name: `answer ${what}`, make: () => this.#connection.answer(pending) }
          : { weight: eager.serve, name: `serve ${what}`, make: () => this.#serve(pending) },
      );
    }
    for (const watch of this.#connection.watches) moves.push(...this.#movesOf(watch));
    moves.push(...this.#workloads(eager.workload), ...this.#people.moves(eager.person), ...this.#kills());
    const timer = this.#timers.next;
    if (timer) {
      const isIdle = moves.length === 0;
      moves.push({
        weight: isIdle ? 0 : eager.timer,
        name: `+${timer.due - this.#timers.time} ms`,
        make: () => this.#timers.fire(timer),
      });
    }
    return moves;
  }

  #movesOf(watch: Watch): Move[] {
    const { eager, late } = this.#temper;
    const next = this.#connection.undelivered(watch);
    const moves: Move[] = [];
    if (next) {
      const isFarBehind = this.#api.history.length - next.index > FAR_BEHIND;
      const weight = isFarBehind ? 1 : eager.watch * (late[watch.plural] ?? 1);
      moves.push({
        weight,
        name: `tell ${next.type} ${watch.plural} ${next.object.metadata.name}`,
        make: () => this.#connection.tell(watch, next),
      });
    }
    if (watch.heard && this.#temper.brokenWatches > 0) {
      moves.push({ weight: 0.03, name: `end the watch of ${watch.plural}`, make: () => this.#break(watch) });
    }
    return moves;
  }

  /** As long as nothing has happened, it is what it was. */
  #workloads(weight: number): Move[] {
    const now = `${this.#api.history.length} ${this.#people.load} ${this.#people.situation?.hindrance}`;
    if (this.#dueWorkloads.now !== now) this.#dueWorkloads = { now, requests: this.#requestsOfWorkloads() };
    return this.#dueWorkloads.requests.map((request) => ({
      weight: request.path.endsWith(`/${APP}-web/status`) ? weight * this.#temper.probes : weight,
      name: `workload ${described(request)}`,
      make: () => this.#do(request),
    }));
  }

  #requestsOfWorkloads(): ApiRequest[] {
    const scene: Scene = {
      get: ({ plural }, namespace, name) => this.#api.get(plural, namespace, name),
      load: () => this.#people.load,
      fails: (job) => this.#fails(job),
      hindrance: () => this.#people.situation?.hindrance,
      now: () => this.now(),
      database: this.#options.database ?? this.#volumes,
    };
    const due = WORKLOAD_KINDS.flatMap(({ plural }) => this.#api.list(plural)).flatMap(
      (object) => nextWrite(object, scene) ?? [],
    );
    const losses = collections(this.#api);
    for (const request of losses) this.#judgeLoss(request);
    return [...due, ...losses, ...releases(this.#api)];
  }

  /** The garbage collector may take its time, but takes what it may take. */
  #judgeLoss({ path }: ApiRequest): void {
    const place = this.#api.parse(path);
    const taken = place && this.#api.get(place.plural, place.namespace, place.name ?? '');
    const wrong = taken && loss(place, taken, (uid) => this.#volumes.policyOf(uid));
    this.#foul(wrong);
  }

  /** The first of a name, where the seed wants it. */
  #fails({ metadata: { name, uid = '' } }: KubeObject): boolean {
    const known = this.#failing.get(name);
    if (known !== undefined) return known === uid;
    const fails = this.#random.chance(this.#temper.failingJobs);
    this.#failing.set(name, fails ? uid : '');
    return fails;
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
    const refusal = isList ? undefined : (this.#obstacleTo(request) ?? this.#refusal());
    if (refusal) {
      this.#isUndisturbed = false;
      if (isObstruction(refusal)) this.#noteRefusal();
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
    const { claim, there: content } = this.#volumes;
    try {
      pending.answer = { value: await this.#api.handle(this.#admitted(request), true) };
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
      claim,
      statefulSet: this.object(STATEFUL_SET.plural, `${APP}-mysql`),
      content,
      isUndisturbed: this.#isUndisturbed && this.#people.isPeaceful,
    });
    const isCounted = place.plural !== VACATION_APP.plural && !('error' in pending.answer);
    const hasty = isCounted ? this.#pacing.foul(request, this.#timers.time) : undefined;
    for (const each of [wrong, hasty]) if (each !== undefined) this.#foul(`${request.method} ${request.path}: ${each}`);
  }

  #obstacleTo(request: ApiRequest): Error | undefined {
    const obstacle = this.#obstacleOf(request);
    return obstacle && 'error' in obstacle ? obstacle.error : undefined;
  }

  #noteRefusal(): void {
    const { obstacle: by } = this.#people;
    const now = this.#timers.time;
    const { since } = this.#refusals.by === by ? this.#refusals : { since: now };
    this.#refusals = { by, since, lastedMs: now - since };
  }

  #admitted(request: ApiRequest): ApiRequest {
    const obstacle = this.#obstacleOf(request);
    return obstacle && 'value' in obstacle ? admitted(request, obstacle) : request;
  }

  #obstacleOf({ method, path }: ApiRequest): Obstacle | undefined {
    const { obstacle } = this.#people;
    return method !== 'GET' && obstacle?.plural === this.#api.parse(path)?.plural ? obstacle : undefined;
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

  /** In one of the ways in which watches end. */
  #break(watch: Watch): void {
    this.#temper.brokenWatches -= 1;
    const gone = { code: 410, reason: 'Expired', message: 'too old resource version' };
    this.#connection.end(watch, this.#random.chance(0.5) ? undefined : { type: 'ERROR', object: gone });
  }

  #kills(): Move[] {
    const make = (): void => {
      this.#temper.kills -= 1;
      this.#kill('by chance');
    };
    return this.#temper.kills > 0 ? [{ weight: 0.05, name: 'kill', make }] : [];
  }

  /** What is under way is never heard of again. */
  #kill(why: string): void {
    this.trace.push(`killed ${why}`);
    this.#isUndisturbed = false;
    this.#fouls.push(...this.#faults());
    this.#life?.end();
    this.#start();
  }

  #faults(): string[] {
    return (this.#life?.faults ?? []).map((fault) => `threw ${String((fault as Error).stack)}`);
  }

  #start(): void {
    this.#connection = new Connection(this.#api);
    this.#pacing = new Pacing();
    this.#causes = new Causes();
    this.#refusals = NO_REFUSALS;
    this.#life = startLife({
      client: this.#connection.client,
      clock: this.#timers.begin(),
      now: () => this.now(),
      workers: this.#isOrderly ? 1 : 1 + this.#random.below(3),
      // Others each time, so that it is seen which credentials a database was made with.
      random: (bytes) => String((this.#passwords += 1)).padStart(bytes, 'r'),
    });
  }
}

/** Events are named for the time of day. */
const described = ({ method, path }: ApiRequest): string =>
  `${method} ${path.replace(/^.*namespaces\/travel\//, '').replace(/^events\/.*/, 'events')}`;
