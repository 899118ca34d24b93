import type {
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1NetworkPolicySpec,
} from '@kubernetes/client-node';

/** As the API has it: the client's model calls `from` by another name. */
export interface NetworkPolicy extends Omit<V1NetworkPolicy, 'spec'> {
  readonly spec: Omit<V1NetworkPolicySpec, 'ingress'> & {
    readonly ingress: readonly { readonly from?: V1NetworkPolicyPeer[]; readonly ports: V1NetworkPolicyPort[] }[];
  };
}

export const MYSQL_PORT = 3306;

export const tcp = (...ports: number[]): V1NetworkPolicyPort[] => ports.map((port) => ({ port, protocol: 'TCP' }));
