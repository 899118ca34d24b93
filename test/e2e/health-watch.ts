import { setTimeout as sleep } from 'node:timers/promises';
import { gitopsHealthOf, type Verdict } from '../support/gitops-health.ts';
import type { AppIn } from './apps.ts';
import { type App, conditionOf } from './world.ts';
import { BookingProbe } from './booking-probe.ts';

const EVERY_MS = 1_000;

/** What was seen at one moment. */
interface Look {
  readonly scene: string;
  /** Of the monotonic clock. */
  readonly at: number;
  /** Undefined where there is no app. */
  readonly verdict: Verdict | undefined;
  readonly reason: string | undefined;
  /** Why a booking failed; undefined where it was taken. */
  readonly fault: string | undefined;
}

/** A time in which kstatus said Current and bookings failed. */
export interface Lag {
  readonly scene: string;
  readonly ms: number;
  readonly fault: string;
}

/** Compares, once a second, what kstatus says of an app with a booking. */
export class HealthWatch {
  readonly #app: AppIn;
  readonly #probe: BookingProbe;
  readonly #looks: Look[] = [];
  #scene = 'before';
  #isStopping = false;
  readonly #running: Promise<void>;

  constructor(app: AppIn, url: string) {
    this.#app = app;
    this.#probe = new BookingProbe(url);
    this.#running = this.#run();
  }

  /** Runs what happens to the app. What is seen meanwhile is of this scene. */
  async during<T>(scene: string, happens: () => Promise<T>): Promise<T> {
    this.#scene = scene;
    return happens();
  }

  /** Resolves when it has looked so many times more. */
  async looks(times: number): Promise<void> {
    const enough = this.#looks.length + times;
    while (this.#looks.length < enough) await sleep(100);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  /** The times in which Current was not true, with their length. Hibernated, an app is Current and takes no bookings. */
  lags(): Lag[] {
    const lags: (Lag & { from: number })[] = [];
    let before: Look | undefined;
    for (const look of this.#looks) {
      const isUntrue = (one: Look | undefined): one is Look & { fault: string } =>
        one?.verdict?.status === 'Current' && one.fault !== undefined && one.reason !== 'Hibernated';
      if (isUntrue(look)) {
        const last = lags.at(-1);
        const from = isUntrue(before) && last ? last.from : look.at;
        if (isUntrue(before)) lags.pop();
        lags.push({ scene: look.scene, from, ms: look.at - from + EVERY_MS, fault: look.fault });
      }
      before = look;
    }
    return lags;
  }

  /** The scenes and the words of every look at which kstatus said Failed. */
  failures(): string[] {
    const failed = this.#looks.filter(({ verdict }) => verdict?.status === 'Failed');
    return [...new Set(failed.map(({ scene, verdict }) => `${scene}: ${verdict?.message ?? ''}`))];
  }

  /** One line a scene: how often it was looked, how it went. */
  report(): string[] {
    const scenes = [...new Set(this.#looks.map(({ scene }) => scene))];
    return scenes.map((scene) => {
      const looks = this.#looks.filter((look) => look.scene === scene);
      const counts = new Map<string, number>();
      for (const { verdict } of looks) {
        const status = verdict?.status ?? 'absent';
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      const verdicts = [...counts].map(([status, times]) => `${status} ${times}`).join(', ');
      const failed = looks.filter(({ fault }) => fault !== undefined).length;
      const longest = Math.max(0, ...this.lags().filter((lag) => lag.scene === scene).map(({ ms }) => ms)); // prettier-ignore
      return `${scene}: ${looks.length} looks (${verdicts}), ${failed} bookings failed, Current and failing for at most ${(longest / 1_000).toFixed(1)} s`;
    });
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const begun = performance.now();
      this.#looks.push(await this.#look(begun));
      await sleep(Math.max(0, EVERY_MS - (performance.now() - begun)));
    }
  }

  async #look(at: number): Promise<Look> {
    const scene = this.#scene;
    const fault = await this.#probe.attempt();
    // Asked after the booking: what is said later must be true of what was tried before.
    const app = await this.#app.place.get<App>('vacationapp', this.#app.name).catch(() => undefined);
    const [health] = app ? await gitopsHealthOf(app) : [];
    return { scene, at, verdict: health?.kstatus, reason: app && conditionOf(app, 'Ready')?.reason, fault };
  }
}
