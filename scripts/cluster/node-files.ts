import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  apiServer,
  asClient,
  AUDIT_POLICY,
  type Component,
  component,
  controllerManager,
  type ControlPlane,
  etcd,
} from './components.ts';

/** What the files of a node are made from. */
export interface NodeFacts {
  readonly folder: string;
  readonly bin: string;
  readonly node: string;
  readonly nodeIp: string;
  readonly hostIp: string;
  /** The cgroup under which all pods are. */
  readonly cgroup: string;
  readonly snapshotter: 'overlayfs' | 'native';
  readonly auditLog?: string | undefined;
}

const POD_NETWORK = '10.244.0.0/24';

/** In the node's folder: how containerd reaches registries that are not plain HTTPS. It reads this at each pull. */
const REGISTRIES = 'containerd/certs.d';

/** Has the node pull the images of a registry of this machine, `localhost:PORT`, from that port of `host`, over HTTP. */
export async function writeRegistry(folder: string, registry: string, host: string): Promise<void> {
  const place = join(folder, REGISTRIES, registry);
  await mkdir(place, { recursive: true });
  const port = registry.replace(/^.*:/, '');
  await writeFile(join(place, 'hosts.toml'), `[host."http://${host}:${port}"]\ncapabilities = ["pull", "resolve"]\n`);
}

/** Everything that node-init.sh and the node's programs read, but for certificates. */
export async function writeNodeFiles(facts: NodeFacts): Promise<void> {
  const { folder } = facts;
  for (const name of ['run', 'log', 'varlog', 'kubelet', 'libcni', 'pv', 'cni', 'containerd']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const [name, content] of Object.entries(nodeFiles(facts))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(
      join(folder, name),
      typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
    );
  }
}

/** File name to content; objects are written as JSON, which YAML contains. */
export function nodeFiles(facts: NodeFacts): Record<string, string | object> {
  const { folder, node, nodeIp, hostIp, cgroup } = facts;
  return {
    'node.env': `NODE=${node}\nNODE_IP=${nodeIp}\nHOST_IP=${hostIp}\n`,
    'control-plane.sh': shellLines(controlPlane(facts)),
    'others.sh': shellLines(others(facts)),
    'resolv.conf': `nameserver ${nodeIp}\n`,
    'audit-policy.yaml': AUDIT_POLICY,
    'containerd/config.toml': containerdConfig(facts),
    // the node cannot resolve docker.io: without this, each pull waits ten seconds
    [`${REGISTRIES}/docker.io/hosts.toml`]: 'server = "http://127.0.0.1:1"\n',
    'cni/10-bridge.conflist': {
      cniVersion: '1.0.0',
      name: 'pods',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          ipMasq: false,
          hairpinMode: true,
          ipam: { type: 'host-local', ranges: [[{ subnet: POD_NETWORK }]], routes: [{ dst: '0.0.0.0/0' }] },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
    'kubelet.yaml': {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      failCgroupV1: false,
      cgroupDriver: 'cgroupfs',
      cgroupRoot: `/${cgroup}`,
      failSwapOn: false,
      containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: `${folder}/pki/ca.crt` },
      },
      authorization: { mode: 'Webhook' },
      tlsCertFile: `${folder}/pki/kubelet-server.crt`,
      tlsPrivateKeyFile: `${folder}/pki/kubelet-server.key`,
      clusterDomain: 'cluster.local',
      clusterDNS: [nodeIp],
      resolvConf: `${folder}/resolv.conf`,
      imageGCHighThresholdPercent: 100,
      evictionHard: {
        'memory.available': '100Mi',
        'nodefs.available': '1%',
        'nodefs.inodesFree': '1%',
        'imagefs.available': '1%',
      },
    },
    'proxy.yaml': {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'iptables',
      clusterCIDR: '10.244.0.0/16',
      hostnameOverride: node,
      clientConnection: { kubeconfig: `${folder}/pki/kube-proxy.conf` },
      // a network namespace of one's own may not set the kernel's conntrack limits
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    },
    Corefile: `.:53 {
  bind ${nodeIp}
  errors
  health 127.0.0.1:8080
  ready 127.0.0.1:8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${folder}/pki/coredns.conf
    pods insecure
    ttl 5
  }
  cache 5
}
`,
  };
}

function containerdConfig({ folder, snapshotter }: NodeFacts): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${folder}/containerd/root"
state = "/run/containerd/state"
[grpc]
address = "/run/containerd/containerd.sock"
[${cri}]
sandbox_image = "localhost/pause:1"
# without CAP_SYS_RESOURCE runc cannot lower oom_score_adj ("can't get final child's PID from pipe: EOF")
restrict_oom_score_adj = true
[${cri}.registry]
config_path = "${folder}/${REGISTRIES}"
[${cri}.cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${folder}/cni"
[${cri}.containerd]
snapshotter = "${snapshotter}"
default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

function planeOf({ folder, bin, nodeIp, auditLog }: NodeFacts): ControlPlane {
  return {
    bin,
    pki: join(folder, 'pki'),
    data: join(folder, 'etcd'),
    address: nodeIp,
    ports: { api: 6443, etcd: 2379, etcdPeer: 2380, controllerManager: 10257 },
    auditLog,
    auditPolicy: join(folder, 'audit-policy.yaml'),
  };
}

function controlPlane(facts: NodeFacts): Component[] {
  const { folder } = facts;
  const pki = join(folder, 'pki');
  return [
    etcd(planeOf(facts)),
    component('containerd', 'containerd', { config: join(folder, 'containerd/config.toml') }),
    apiServer(planeOf(facts), {
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'kubelet-client-certificate': join(pki, 'kubelet-client.crt'),
      'kubelet-client-key': join(pki, 'kubelet-client.key'),
      'kubelet-certificate-authority': join(pki, 'ca.crt'),
      'kubelet-preferred-address-types': 'InternalIP',
      'allow-privileged': true,
    }),
  ];
}

/** Runs beside the control plane rather than in pods: nothing to import at boot, and no order to keep. */
function others(facts: NodeFacts): Component[] {
  const { folder, bin, node, nodeIp } = facts;
  const pki = join(folder, 'pki');
  const addons = join(bin, 'addons');
  return [
    controllerManager(planeOf(facts)),
    component('kube-scheduler', join(bin, 'kube-scheduler'), { ...asClient(pki, 'scheduler'), 'leader-elect': false }),
    component('kubelet', join(bin, 'kubelet'), {
      config: join(folder, 'kubelet.yaml'),
      kubeconfig: join(pki, 'kubelet.conf'),
      'hostname-override': node,
      'node-ip': nodeIp,
    }),
    component('kube-proxy', join(bin, 'kube-proxy'), { config: join(folder, 'proxy.yaml') }),
    { name: 'coredns', program: addons, args: ['coredns', '-conf', join(folder, 'Corefile')] },
    component(
      'metrics-server',
      addons,
      {
        ...asClient(pki, 'metrics-server'),
        'secure-port': 4443,
        'tls-cert-file': join(pki, 'metrics-server.crt'),
        'tls-private-key-file': join(pki, 'metrics-server.key'),
        'kubelet-certificate-authority': join(pki, 'ca.crt'),
        'kubelet-preferred-address-types': 'InternalIP',
        'metric-resolution': '15s',
      },
      'metrics-server',
    ),
    component('provisioner', addons, {}, 'provisioner', join(pki, 'provisioner.conf'), join(folder, 'pv')),
    component('netpol', addons, {}, 'netpol', join(pki, 'netpol.conf')),
  ];
}

function shellLines(components: readonly Component[]): string {
  const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`;
  return components
    .map(({ name, program, args }) => `run ${[name, program, ...args].map(quoted).join(' ')}\n`)
    .join('');
}
