import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api-client.ts';
import { ApiError, isConflict, isNotFound } from '../client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Who we are; unique among the candidates. */
  readonly identity: string;
  /** Defaults: 10 s, 7 s, 2 s. */
  readonly leaseMs?: number;
  readonly renewMs?: number;
  readonly retryMs?: number;
  readonly onError?: (error: unknown) => void;
  /** The API server has answered, whoever leads. */
  readonly onAnswer?: () => void;
}

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number;
    acquireTime?: string | null;
    renewTime?: string | null;
    leaseTransitions?: number;
  };
}

const LEASE: Kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

type LeaseEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: Lease }
  | { readonly type: 'ERROR'; readonly object: { code?: number; reason?: string; message?: string } };

/**
 * Leadership by a Lease of the cluster, after client-go's leader election.
 *
 * Invariant: `isLeader()` is true only while no other candidate can hold the lease. It is judged by the monotonic clock, from the
 * moment before the last successful renewal was sent, and turns false at the renew deadline, which is shorter than the lease: a
 * process that was stopped for a while finds it false when it goes on. Another's lease counts as expired when it has not been seen to change for
 * its duration on our own clock; the clocks of two machines are never compared.
 *
 * Who waits watches the lease, so it knows at once when that is given back; while the watch tells of renewals it asks for nothing.
 */
export class LeaderElection {
  readonly #client: ApiClient;
  readonly #options: Required<Omit<LeaseOptions, 'onError' | 'onAnswer'>> & Pick<LeaseOptions, 'onError' | 'onAnswer'>;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  /** Our own lease as we last wrote it: renewed without a look, since its resource version goes along. */
  #written: Lease | undefined;
  /** The other's lease as last seen to change, when that was on our clock, and for how long it holds. */
  #observed: { version: string; at: number; ms: number } | undefined;
  /** Whether another was found to hold the lease when it was asked for last. */
  #isTaken = false;
  #slowRenewals = 0;

  constructor(client: ApiClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = { leaseMs: 10_000, renewMs: 7_000, retryMs: 2_000, ...options };
  }

  isLeader(): boolean {
    return this.leadsForMs() > 0;
  }

  /** For how long from now it is certain that nobody else leads; 0 when we do not. */
  leadsForMs(): number {
    return this.#held ? Math.max(0, this.#renewedAt + this.#options.renewMs - performance.now()) : 0;
  }

  /** How many times the lease had to be read before it could be written. */
  get slowRenewals(): number {
    return this.#slowRenewals;
  }

  /** Resolves when the lease is ours; rejects only when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    const won = new AbortController();
    const news = new News();
    void this.#follow(news, AbortSignal.any([signal, won.signal]));
    try {
      while (!(await this.#try())) await this.#wait(news, signal);
    } finally {
      won.abort();
    }
    // Won while it was told to stop: nobody would hold it, nor give it back.
    if (signal.aborted) await this.#release();
    signal.throwIfAborted();
  }

  /** Renews until the lease is lost or the signal aborts, then resolves; an abort releases the lease. */
  async hold(signal: AbortSignal): Promise<'lost' | 'released'> {
    const { retryMs } = this.#options;
    let renewed = true;
    while (this.isLeader()) {
      // After a renewal that failed there is little time left.
      const aborted = await sleep(renewed ? retryMs : retryMs / 10, false, { signal }).catch(() => true);
      if (aborted) {
        await this.#release();
        return 'released';
      }
      renewed = await this.#try();
    }
    this.#held = false;
    return 'lost';
  }

  /** Until it is worth asking: there is news, the lease has expired, or nothing tells whether it has. */
  async #wait(news: News, signal: AbortSignal): Promise<void> {
    const isPatient = (): boolean => this.#isTaken && news.isFlowing;
    do {
      // Spread by a fifth, so that candidates do not collide for ever.
      const spread = this.#options.retryMs * (1 + Math.random() / 5);
      const left = isPatient() ? this.#expiresInMs() + spread / 10 : spread;
      if (await news.within(left, signal)) return;
      signal.throwIfAborted();
    } while (isPatient() && this.#expiresInMs() > 0);
  }

  /** Tells of every change of the lease that matters to one who waits for it, until the signal aborts. */
  async #follow(news: News, signal: AbortSignal): Promise<void> {
    const { namespace, name, identity, leaseMs, retryMs } = this.#options;
    while (!signal.aborted) {
      try {
        const events = this.#client.stream<LeaseEvent>({
          method: 'GET',
          path: pathOf(LEASE, namespace),
          query: { watch: true, fieldSelector: `metadata.name=${name}`, timeoutSeconds: 600 },
          // A lease that is held changes all the time.
          timeoutMs: leaseMs,
          signal,
        });
        for await (const event of events) {
          if (event.type === 'ERROR') break;
          if (event.type === 'BOOKMARK') continue;
          news.isFlowing = true;
          this.#observe(event.object);
          const holder = event.object.spec?.holderIdentity ?? '';
          // Our own is there to be taken up again, as after a time without the API server.
          if (event.type === 'DELETED' || holder === '' || holder === identity) news.announce();
        }
      } catch {
        // Asking now and then goes on without it.
      }
      news.isFlowing = false;
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #try(): Promise<boolean> {
    const sentAt = performance.now();
    this.#isTaken = false;
    try {
      const won = await this.#acquireOrRenew();
      this.#held = won;
      if (won) this.#renewedAt = sentAt;
      this.#options.onAnswer?.();
      return won;
    } catch (error) {
      this.#written = undefined;
      if (error instanceof ApiError) this.#options.onAnswer?.();
      if (!isConflict(error)) this.#options.onError?.(error);
      return false;
    }
  }

  async #acquireOrRenew(): Promise<boolean> {
    const { namespace, name, identity, leaseMs } = this.#options;
    const now = new Date().toISOString().replace('Z', '000Z');
    const claim = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseMs / 1000), renewTime: now };
    if (this.#written !== undefined) {
      await this.#write('PUT', { ...this.#written, spec: { ...this.#written.spec, ...claim } });
      return true;
    }
    this.#slowRenewals += 1;
    const lease = await this.#read();
    if (lease === undefined) {
      const metadata = { name, namespace };
      const spec = { ...claim, acquireTime: now, leaseTransitions: 0 };
      await this.#write('POST', { ...LEASE_TYPE, metadata, spec });
      return true;
    }
    const holder = lease.spec?.holderIdentity ?? '';
    this.#observe(lease);
    this.#isTaken = holder !== identity && holder !== '' && this.#expiresInMs() > 0;
    if (this.#isTaken) return false;
    const transitions = lease.spec?.leaseTransitions ?? 0;
    const taken = holder === identity ? {} : { acquireTime: now, leaseTransitions: transitions + 1 };
    // The resource version read goes along, so of two who try at once one gets a conflict.
    await this.#write('PUT', { ...lease, spec: { ...lease.spec, ...claim, ...taken } });
    return true;
  }

  #observe({ metadata: { resourceVersion: version = '' }, spec }: Lease): void {
    if (this.#observed?.version === version) return;
    this.#observed = { version, at: performance.now(), ms: (spec?.leaseDurationSeconds ?? 0) * 1000 };
  }

  #expiresInMs(): number {
    return this.#observed ? Math.max(0, this.#observed.at + this.#observed.ms - performance.now()) : 0;
  }

  async #release(): Promise<void> {
    const { identity, onError } = this.#options;
    this.#held = false;
    try {
      const lease = this.#written ?? (await this.#read());
      if (lease?.spec?.holderIdentity !== identity) return;
      await this.#write('PUT', { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 } });
    } catch (error) {
      // A conflict: another holds it meanwhile.
      if (!isConflict(error)) onError?.(error);
    } finally {
      this.#written = undefined;
    }
  }

  async #read(): Promise<Lease | undefined> {
    const { namespace, name } = this.#options;
    try {
      return await this.#client.request<Lease>({
        method: 'GET',
        path: pathOf(LEASE, namespace, name),
        ...this.#limits(),
      });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #write(method: 'POST' | 'PUT', body: Lease): Promise<void> {
    const { namespace, name } = this.#options;
    const path = pathOf(LEASE, namespace, method === 'PUT' ? name : undefined);
    this.#written = await this.#client.request({ method, path, body, ...this.#limits() });
  }

  /** An answer may neither be silent for long nor, a byte at a time, go on for ever. */
  #limits(): { timeoutMs: number; signal: AbortSignal } {
    const { retryMs, renewMs } = this.#options;
    return { timeoutMs: retryMs, signal: AbortSignal.timeout(renewMs) };
  }
}

/** What a waiting candidate is woken by. Nothing of a wait that is over stays: a candidate may wait for months. */
class News {
  /** Whether the watch is there and reports changes. */
  isFlowing = false;
  #isNew = false;
  #woken = new AbortController();

  announce(): void {
    this.#isNew = true;
    this.#woken.abort();
  }

  /** Whether there was news within that time; each is reported once. */
  async within(ms: number, signal: AbortSignal): Promise<boolean> {
    await sleep(ms, undefined, { signal: AbortSignal.any([signal, this.#woken.signal]) }).catch(() => undefined);
    const isNew = this.#isNew;
    this.#isNew = false;
    this.#woken = new AbortController();
    return isNew;
  }
}

const LEASE_TYPE = { apiVersion: LEASE.apiVersion, kind: LEASE.kind };
