import { isHibernated, withDefaults } from '../../../operator/api/defaults.ts';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { POD, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { loseClaim, putForeign, restore } from './accidents.ts';
import { collections } from './collector.ts';
import { APP, DATABASE_POD, hibernate, NAMESPACE, remove, type Act } from './person.ts';
import type { Stage } from './stage.ts';

interface Step {
  readonly act: () => Act;
  readonly isLast: boolean;
}

/** Somebody puts another volume in the place of the app's, once nothing uses that: the app hibernates, or is gone. */
export class Swap {
  readonly #stage: Stage;
  readonly #isRemoved: boolean;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#isRemoved = stage.random.chance(0.5);
  }

  /** What is to be done next; undefined while something has to end first. */
  next(app: VacationApp | undefined): Step | undefined {
    const { claim } = this.#stage.volumes;
    if (app && this.#isRemoved) return { act: remove, isLast: false };
    if (app && !(isHibernated(withDefaults(app)) && isUnpaused(app))) return { act: hibernate, isLast: false };
    if (!this.#isIdle(app)) return undefined;
    if (claim === undefined) return { act: () => this.#put(), isLast: true };
    return claim.metadata.deletionTimestamp === undefined ? { act: () => loseClaim(claim), isLast: false } : undefined;
  }

  /** Whether it cannot be, since the database of an app that is gone runs on. */
  isHopeless(app: VacationApp | undefined): boolean {
    return app === undefined && this.#set !== undefined && collections(this.#stage).length === 0;
  }

  get #set(): { spec?: { replicas?: number } } | undefined {
    return this.#stage.get(STATEFUL_SET.plural, NAMESPACE, `${APP}-mysql`) as
      { spec?: { replicas?: number } } | undefined;
  }

  #put(): Act {
    const { random, volumes } = this.#stage;
    const isRestored = volumes.snapshots.length > 0 && random.chance(0.7);
    return isRestored ? restore(random.pick(volumes.snapshots), volumes) : putForeign();
  }

  /** Whether nothing uses the volume, nor takes it for what it was. */
  #isIdle(app: VacationApp | undefined): boolean {
    const stage = this.#stage;
    const set = this.#set;
    const isStopped = set === undefined ? app === undefined : app !== undefined && set.spec?.replicas === 0;
    const hasPod = stage.get(POD.plural, NAMESPACE, DATABASE_POD) !== undefined;
    return isStopped && !hasPod && collections(stage).length === 0 && stage.isQuiet();
  }
}

const isUnpaused = ({ metadata }: VacationApp): boolean => metadata.annotations?.['interstellar.dev/paused'] !== 'true';
