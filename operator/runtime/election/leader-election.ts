import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api-client.ts';
import { ApiError, isConflict, isNotFound } from '../client/api-error.ts';
import { pathOf, type Kind, type KubeObject } from '../client/kinds.ts';

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  /** The duration of the lease. Default 10 s. */
  readonly leaseMs?: number;
  /** How long this process leads after a renewal. Must be shorter than the lease. Default 7 s. */
  readonly renewMs?: number;
  /** How long to wait between attempts. Default 2 s. */
  readonly retryMs?: number;
  readonly onError?: (error: unknown) => void;
  /** Called after each answer of the API server, whoever leads. */
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
 * Leader election by a Lease, after client-go.
 *
 * Invariant: `isLeader()` is true only while no other candidate can hold the lease. The monotonic clock decides, counted from the moment
 * before the last successful renewal was sent. The renew deadline is shorter than the lease, so `isLeader()` is false after a process was
 * suspended. The lease of another candidate has expired when this process has seen no change of it for its duration. So the clocks of two
 * machines are never compared.
 *
 * A waiting candidate watches the lease, so it learns of a release at once. While the watch reports renewals, it sends no requests.
 */
export class LeaderElection {
  readonly #client: ApiClient;
  readonly #options: Required<Omit<LeaseOptions, 'onError' | 'onAnswer'>> & Pick<LeaseOptions, 'onError' | 'onAnswer'>;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  /** Our lease as last written. It is renewed without a read, because its resource version is sent as a precondition. */
  #written: Lease | undefined;
  /** The last observed change of another candidate's lease: its version, the time on our clock, and the duration of the lease. */
  #observed: { version: string; at: number; ms: number } | undefined;
  /** Whether another candidate held the lease at the last attempt. */
  #isTaken = false;
  #slowRenewals = 0;
  #holder: string | undefined;

  constructor(client: ApiClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = { leaseMs: 10_000, renewMs: 7_000, retryMs: 2_000, ...options };
  }

  isLeader(): boolean {
    return this.leadsForMs() > 0;
  }

  /** How long from now it is certain that no other candidate leads. 0 if this one does not lead. */
  leadsForMs(): number {
    return this.#held ? Math.max(0, this.#renewedAt + this.#options.renewMs - performance.now()) : 0;
  }

  /** The identity of the candidate that leads, as far as this one knows. Undefined while nobody does. */
  get holder(): string | undefined {
    return this.isLeader() ? this.#options.identity : this.#holder;
  }

  /** How many times the lease was read before it was written. */
  get slowRenewals(): number {
    return this.#slowRenewals;
  }

  /** Resolves when this process holds the lease. Rejects only when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    const won = new AbortController();
    const news = new News();
    void this.#follow(news, AbortSignal.any([signal, won.signal]));
    try {
      while (!(await this.#try())) await this.#wait(news, signal);
    } finally {
      won.abort();
    }
    // The signal aborted while the lease was acquired. The caller will not hold it, so release it here.
    if (signal.aborted) await this.#release();
    signal.throwIfAborted();
  }

  /** Renews the lease until it is lost or the signal aborts. An abort releases it. */
  async hold(signal: AbortSignal): Promise<'lost' | 'released'> {
    const { retryMs } = this.#options;
    let renewed = true;
    while (this.isLeader()) {
      // After a failed renewal, little time is left for the next attempt.
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

  /** Waits until the next attempt is due: the watch reports a release, the lease has expired, or the watch is broken and `retryMs` has passed. */
  async #wait(news: News, signal: AbortSignal): Promise<void> {
    const isPatient = (): boolean => this.#isTaken && news.isFlowing;
    do {
      // Random by up to a fifth, so that candidates do not collide again and again.
      const spread = this.#options.retryMs * (1 + Math.random() / 5);
      const left = isPatient() ? this.#expiresInMs() + spread / 10 : spread;
      if (await news.within(left, signal)) return;
      signal.throwIfAborted();
    } while (isPatient() && this.#expiresInMs() > 0);
  }

  /** Watches the lease until the signal aborts, and announces that it is free. */
  async #follow(news: News, signal: AbortSignal): Promise<void> {
    const { namespace, name, identity, leaseMs, retryMs } = this.#options;
    while (!signal.aborted) {
      try {
        const events = this.#client.stream<LeaseEvent>({
          method: 'GET',
          path: pathOf(LEASE, namespace),
          query: { watch: true, fieldSelector: `metadata.name=${name}`, timeoutSeconds: 600 },
          // A held lease is renewed more often than this.
          timeoutMs: leaseMs,
          signal,
        });
        for await (const event of events) {
          if (event.type === 'ERROR') break;
          if (event.type === 'BOOKMARK') continue;
          news.isFlowing = true;
          this.#observe(event.object);
          const holder = event.object.spec?.holderIdentity ?? '';
          // A lease that still names us is free for us, e.g. after an outage of the API server.
          if (event.type === 'DELETED' || holder === '' || holder === identity) news.announce();
        }
      } catch {
        // Without the watch, the candidate asks every `retryMs`.
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
    // The resource version is a precondition, so of two simultaneous attempts one gets a conflict.
    await this.#write('PUT', { ...lease, spec: { ...lease.spec, ...claim, ...taken } });
    return true;
  }

  #observe({ metadata: { resourceVersion: version = '' }, spec }: Lease): void {
    this.#holder = spec?.holderIdentity === '' ? undefined : (spec?.holderIdentity ?? undefined);
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
      // A conflict means that another candidate holds it now.
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

  /** Limits both the silence and the whole duration of a request, because an answer may arrive byte by byte. */
  #limits(): { timeoutMs: number; signal: AbortSignal } {
    const { retryMs, renewMs } = this.#options;
    return { timeoutMs: retryMs, signal: AbortSignal.timeout(renewMs) };
  }
}

/** Wakes a waiting candidate. Each wait must clean up after itself, because a candidate may wait for months. */
class News {
  /** Whether the watch works and reports changes. */
  isFlowing = false;
  #isNew = false;
  #woken = new AbortController();

  announce(): void {
    this.#isNew = true;
    this.#woken.abort();
  }

  /** Waits for that time, or until there is news. Returns whether there was news, and reports each news once. */
  async within(ms: number, signal: AbortSignal): Promise<boolean> {
    await sleep(ms, undefined, { signal: AbortSignal.any([signal, this.#woken.signal]) }).catch(() => undefined);
    const isNew = this.#isNew;
    this.#isNew = false;
    this.#woken = new AbortController();
    return isNew;
  }
}

const LEASE_TYPE = { apiVersion: LEASE.apiVersion, kind: LEASE.kind };
