import type {
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1NetworkPolicySpec,
} from '@kubernetes/client-node';

/** In JSON form. The client library's model renames the field `from`. */
export interface NetworkPolicy extends Omit<V1NetworkPolicy, 'spec'> {
  readonly spec: Omit<V1NetworkPolicySpec, 'ingress'> & {
    readonly ingress: readonly { readonly from?: V1NetworkPolicyPeer[]; readonly ports: V1NetworkPolicyPort[] }[];
  };
}

export const MYSQL_PORT = 3306;

export const tcp = (...ports: number[]): V1NetworkPolicyPort[] => ports.map((port) => ({ port, protocol: 'TCP' }));
