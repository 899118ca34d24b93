import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { isConflict, isNotFound } from './api-error.ts';
import { pathOf, type Kind, type KubeObject } from './kinds.ts';

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

/**
 * Leadership by a Lease of the cluster, after client-go's leader election.
 *
 * Invariant: `isLeader()` is true only while no other candidate can hold the lease. It is judged by the monotonic clock, from the
 * moment before the last successful renewal was sent, and turns false at the renew deadline, which is shorter than the lease: a
 * process that was stopped for a while finds it false when it goes on. Another's lease counts as expired when it has not been seen to change for
 * its duration on our own clock; the clocks of two machines are never compared.
 */
export class LeaderElection {
  readonly #client: ApiClient;
  readonly #options: Required<Omit<LeaseOptions, 'onError'>> & Pick<LeaseOptions, 'onError'>;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  /** The other's lease as last seen to change, and when that was on our clock. */
  #observed: { version: string; at: number } | undefined;

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

  /** Resolves when the lease is ours; rejects only when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    while (!(await this.#try())) {
      // Spread by a fifth, so that candidates do not collide for ever.
      await sleep(this.#options.retryMs * (1 + Math.random() / 5), undefined, { signal });
    }
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

  async #try(): Promise<boolean> {
    const sentAt = performance.now();
    try {
      const won = await this.#acquireOrRenew();
      this.#held = won;
      if (won) this.#renewedAt = sentAt;
      return won;
    } catch (error) {
      if (!isConflict(error)) this.#options.onError?.(error);
      return false;
    }
  }

  async #acquireOrRenew(): Promise<boolean> {
    const { namespace, name, identity, leaseMs } = this.#options;
    const lease = await this.#read();
    const now = new Date().toISOString().replace('Z', '000Z');
    const claim = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseMs / 1000), renewTime: now };
    if (lease === undefined) {
      const metadata = { name, namespace };
      const spec = { ...claim, acquireTime: now, leaseTransitions: 0 };
      await this.#write('POST', { ...LEASE_TYPE, metadata, spec });
      return true;
    }
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder !== identity && holder !== '' && !this.#hasExpired(lease)) return false;
    const transitions = lease.spec?.leaseTransitions ?? 0;
    const taken = holder === identity ? {} : { acquireTime: now, leaseTransitions: transitions + 1 };
    // The resource version read goes along, so of two who try at once one gets a conflict.
    await this.#write('PUT', { ...lease, spec: { ...lease.spec, ...claim, ...taken } });
    return true;
  }

  #hasExpired(lease: Lease): boolean {
    const version = lease.metadata.resourceVersion ?? '';
    if (this.#observed?.version !== version) this.#observed = { version, at: performance.now() };
    const duration = (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    return performance.now() - this.#observed.at > duration;
  }

  async #release(): Promise<void> {
    this.#held = false;
    try {
      const lease = await this.#read();
      if (lease?.spec?.holderIdentity !== this.#options.identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await this.#write('PUT', { ...lease, spec });
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  async #read(): Promise<Lease | undefined> {
    const { namespace, name, retryMs } = this.#options;
    try {
      return await this.#client.request<Lease>({
        method: 'GET',
        path: pathOf(LEASE, namespace, name),
        timeoutMs: retryMs,
      });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #write(method: 'POST' | 'PUT', body: Lease): Promise<void> {
    const { namespace, name, retryMs } = this.#options;
    const path = pathOf(LEASE, namespace, method === 'PUT' ? name : undefined);
    await this.#client.request({ method, path, body, timeoutMs: retryMs });
  }
}

const LEASE_TYPE = { apiVersion: LEASE.apiVersion, kind: LEASE.kind };
