import { VACATION_APP, type VacationApp, type VacationAppSpec } from '../../../operator/api/vacation-app.ts';
import type { KubeObject } from '../../../operator/runtime/client/kinds.ts';
import { DEPLOYMENT, JOB } from '../../../operator/vacation-app/kinds.ts';
import { finishedAt } from '../../../operator/vacation-app/tasks/jobs.ts';
import { accidents } from './accidents.ts';
import { waysOut } from './advice.ts';
import type { Move } from './move.ts';
import { obstacleOf, type Obstacle } from './obstacle.ts';
import {
  abandon,
  APP,
  change,
  CHANGED_WITH_DATA,
  create,
  declare,
  declared,
  keepData,
  NAMESPACE,
  remove,
  replace,
  sabotage,
  type Act,
} from './person.ts';
import type { Random } from './random.ts';
import { SITUATIONS, type Situation } from './situation.ts';
import type { Stage } from './stage.ts';
import { Swap } from './swap.ts';
import { deleted } from './writes.ts';

type Counted = 'sabotages' | 'recreations' | 'cleanings';

const LOAD_IN_THE_END = 4;

/** What people and their programs do: they change what is declared, lay hands on things, follow advice, and declare in the end what shall be. */
export class People {
  /** How many web pods their load asks for. */
  load = LOAD_IN_THE_END;
  /** Nobody has laid hands on anything. */
  isPeaceful = true;
  obstacle: Obstacle | undefined;
  situation: Situation | undefined;
  readonly #stage: Stage;
  readonly #spec: VacationAppSpec;
  readonly #isOrderly: boolean;
  /** What is declared in the beginning. */
  readonly #first: VacationAppSpec;
  #swap: Swap | undefined;
  #isDeclared = false;

  constructor(stage: Stage, spec: VacationAppSpec, isOrderly: boolean) {
    this.#stage = stage;
    this.#spec = spec;
    this.#isOrderly = isOrderly;
    this.#first = !isOrderly && stage.random.chance(0.4) ? { deletionPolicy: 'Delete' } : {};
  }

  /** What they may do now. */
  moves(weight: number): Move[] {
    const { temper, volumes } = this.#stage;
    const app = this.#stage.get(VACATION_APP.plural, NAMESPACE, APP) as (KubeObject & VacationApp) | undefined;
    const moves = [...this.#obstacles(app, weight), ...this.#situations(weight), ...this.#cleanings(weight)];
    if (app?.metadata.deletionTimestamp !== undefined) return moves;
    if (this.#swap?.isHopeless(app)) this.#swap = undefined;
    moves.push(...this.#swapping(app, weight));
    if (!app) {
      const first = create(declared(this.#isDeclared ? this.#spec : this.#first));
      return this.#swap ? moves : [...moves, this.#move(first, weight)];
    }
    const ways = waysOut(app, volumes, (plural, name) => this.#stage.get(plural, NAMESPACE, name));
    moves.push(...ways.map((act) => this.#move(act, weight / ways.length)));
    if (temper.sabotages > 0) moves.push(this.#count('sabotages', 'sabotage', weight / 2, sabotage));
    const isReady = app.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
    const haste = isReady && this.#stage.isQuiet() ? 1 : temper.haste;
    if (!this.#swap) moves.push(...this.#plans(weight * haste), ...this.#accidents(weight * haste));
    return moves;
  }

  /** Nothing more is to happen by chance. */
  retire(): void {
    const { temper } = this.#stage;
    temper.changes = temper.sabotages = temper.accidents = temper.cleanings = temper.situations = 0;
  }

  /** What is declared: the last is what shall be. */
  #plans(weight: number): Move[] {
    const { temper, random, volumes } = this.#stage;
    if (temper.changes > 0) return [{ weight, name: 'change', make: () => this.#change() }];
    if (temper.recreations > 0) {
      return [this.#count('recreations', 'delete', weight, () => (random.chance(0.5) ? abandon() : remove()))];
    }
    const mayHappen = temper.obstacles > 0 || (temper.accidents > 0 && accidents(volumes).length > 0);
    if (this.#isDeclared || this.obstacle !== undefined || mayHappen) return [];
    const act = replace(declared(this.#spec));
    const last = this.#move(act, this.#isOrderly ? 99 : weight);
    const make = (): void | Promise<void> => {
      this.#isDeclared = true;
      return last.make();
    };
    return [{ ...last, make }];
  }

  async #change(): Promise<void> {
    const { temper, random } = this.#stage;
    temper.changes -= 1;
    this.load = temper.changes === 0 ? LOAD_IN_THE_END : 1 + random.below(9);
    await this.#do(change(random));
  }

  #accidents(weight: number): Move[] {
    const { temper, random, volumes } = this.#stage;
    const isUsed = volumes.there?.credentials !== undefined;
    const moves: Move[] = [];
    if (temper.snapshots > 0 && isUsed) {
      moves.push({ weight, name: 'take a snapshot', make: () => this.#takeSnapshot() });
    }
    const possible = accidents(volumes);
    if (this.#isDeclared || temper.accidents === 0) return moves;
    if (possible.length > 0) {
      moves.push({ weight: weight / 3, name: 'accident', make: () => this.#happen(random.pick(possible)) });
    }
    if (isUsed) moves.push({ weight: weight / 3, name: 'swap the volume', make: () => this.#begin() });
    return moves;
  }

  #happen(act: Act): Promise<void> {
    this.#stage.temper.accidents -= 1;
    this.isPeaceful = false;
    return this.#do(act);
  }

  #begin(): void {
    this.#stage.temper.accidents -= 1;
    this.isPeaceful = false;
    this.#swap = new Swap(this.#stage);
  }

  #takeSnapshot(): void {
    this.#stage.temper.snapshots -= 1;
    this.#stage.volumes.takeSnapshot();
  }

  #swapping(app: VacationApp | undefined, weight: number): Move[] {
    const next = this.#swap?.next(app);
    if (!next) return [];
    const make = (): Promise<void> => {
      if (next.isLast) this.#swap = undefined;
      return this.#do(next.act());
    };
    return [{ weight, name: 'swap', make }];
  }

  #obstacles(app: VacationApp | undefined, weight: number): Move[] {
    const { temper, random, trace, volumes } = this.#stage;
    const end = (): void => {
      this.obstacle = undefined;
    };
    if (this.obstacle)
      return [{ weight: weight / 25, name: `let ${this.obstacle.plural} be written as they are`, make: end }];
    if (temper.obstacles === 0) return [];
    // Most of all when data that went with the app are to be kept from just now on.
    const isHeld = app?.spec.deletionPolicy === 'Delete' && volumes.claim?.metadata.ownerReferences !== undefined;
    const begin = async (): Promise<void> => {
      temper.obstacles -= 1;
      this.isPeaceful = false;
      this.obstacle = obstacleOf(random, isHeld ? CHANGED_WITH_DATA : undefined);
      const { obstacle } = this;
      trace.push(`  ${'error' in obstacle ? obstacle.error.message : `${obstacle.plural} are rewritten`}`);
      if (isHeld && !this.#isDeclared) await this.#do(keepData());
    };
    return [{ weight: isHeld ? weight : weight / 6, name: 'an obstacle', make: begin }];
  }

  /** One at a time, each until somebody undoes it. */
  #situations(weight: number): Move[] {
    const stage = this.#stage;
    const { situation } = this;
    if (situation) {
      const end = async (): Promise<void> => {
        this.situation = undefined;
        for (const act of situation.end?.(stage) ?? []) await this.#do(act);
      };
      const acts = situation.acts?.(stage) ?? [];
      return [
        ...acts.map((act) => this.#move(act, weight)),
        { weight: weight / 25, name: `undo that ${situation.name}`, make: end },
      ];
    }
    if (stage.temper.situations === 0 || stage.list(DEPLOYMENT.plural).length === 0) return [];
    const begin = async (): Promise<void> => {
      stage.temper.situations -= 1;
      this.isPeaceful = false;
      this.situation = stage.random.pick(SITUATIONS);
      stage.trace.push(`  ${this.situation.name}`);
      for (const act of this.situation.begin?.(stage) ?? []) await this.#do(act);
      // Nothing else is declared once that is as it shall be in the end.
      const { change: also } = this.situation;
      if (also && stage.temper.changes > 0) await this.#do(declare(also));
    };
    return [{ weight: weight / 6, name: 'a situation', make: begin }];
  }

  /** A janitor, or a time to live, takes finished Jobs away. */
  #cleanings(weight: number): Move[] {
    if (this.#stage.temper.cleanings === 0) return [];
    const finished = this.#stage.list(JOB.plural).filter((job) => finishedAt(job) !== undefined);
    return finished.map((job) => {
      const act = { name: `clean up Job ${job.metadata.name}`, requests: [deleted(JOB, job)] };
      return this.#count('cleanings', 'clean up', weight / 2, () => act);
    });
  }

  /** A move that is made only so often. */
  #count(what: Counted, name: string, weight: number, act: (random: Random) => Act): Move {
    const { temper, random } = this.#stage;
    const make = async (): Promise<void> => {
      temper[what] -= 1;
      if (what === 'sabotages') this.isPeaceful = false;
      await this.#do(act(random));
    };
    return { weight, name, make };
  }

  #move(act: Act, weight: number): Move {
    return { weight, name: act.name, make: () => this.#requests(act) };
  }

  async #do(act: Act): Promise<void> {
    this.#stage.trace.push(`  ${act.name}`);
    await this.#requests(act);
  }

  async #requests({ requests }: Act): Promise<void> {
    for (const request of requests) await this.#stage.do(request);
  }
}
