import { isHibernated, withDefaults } from '../../../operator/api/defaults.ts';
import type { VacationApp } from '../../../operator/api/vacation-app.ts';
import { POD, STATEFUL_SET } from '../../../operator/vacation-app/kinds.ts';
import { loseClaim, putForeign, restore } from './accidents.ts';
import { collections } from './collector.ts';
import { APP, DATABASE_POD, hibernate, NAMESPACE, remove, type Act } from './person.ts';
import type { Stage } from './stage.ts';

/** Somebody puts another volume in the place of the app's, once nothing uses that: the app hibernates, or is gone. */
export class Swap {
  readonly #stage: Stage;
  readonly #isRemoved: boolean;
  readonly #put: () => Act;

  constructor(stage: Stage) {
    const { random, volumes } = stage;
    this.#stage = stage;
    this.#isRemoved = random.chance(0.5);
    const snapshot = volumes.snapshots.length > 0 && random.chance(0.7) ? random.pick(volumes.snapshots) : undefined;
    this.#put = () => (snapshot ? restore(snapshot, volumes) : putForeign());
  }

  /** What is to be done next; undefined while something has to end first. */
  next(app: VacationApp | undefined): { readonly act: Act; readonly isLast: boolean } | undefined {
    const { claim } = this.#stage.volumes;
    if (app && this.#isRemoved) return { act: remove(), isLast: false };
    if (app && !(isHibernated(withDefaults(app)) && isUnpaused(app))) return { act: hibernate(), isLast: false };
    if (!this.#isIdle(app)) return undefined;
    if (claim === undefined) return { act: this.#put(), isLast: true };
    return claim.metadata.deletionTimestamp === undefined ? { act: loseClaim(claim), isLast: false } : undefined;
  }

  /** Whether nothing uses the volume, nor takes it for what it was. */
  #isIdle(app: VacationApp | undefined): boolean {
    const stage = this.#stage;
    const set = stage.get(STATEFUL_SET.plural, NAMESPACE, `${APP}-mysql`) as { spec?: { replicas?: number } } | undefined;
    const isStopped = set === undefined ? app === undefined : app !== undefined && set.spec?.replicas === 0;
    const hasPod = stage.get(POD.plural, NAMESPACE, DATABASE_POD) !== undefined;
    return isStopped && !hasPod && collections(stage).length === 0 && stage.isQuiet();
  }
}

const isUnpaused = ({ metadata }: VacationApp): boolean => metadata.annotations?.['interstellar.dev/paused'] !== 'true';
