#!/bin/bash
# PID 1 of the node, in mount, network, PID, IPC and UTS namespaces of its own.
# Its argument is the cluster's folder, where `node.env` and the lists of processes stand.
set -eu
D=$1
. "$D/node.env"
mount --make-rprivate /
mount --make-rshared /
mount -t proc proc /proc
hostname "$NODE"
# the usual paths, but this cluster's own
mkdir -p /var/lib/kubelet /var/lib/cni
mount --bind "$D/run" /run
mount --bind "$D/varlog" /var/log
mount --bind "$D/kubelet" /var/lib/kubelet
mount --bind "$D/libcni" /var/lib/cni
mkdir -p /run/lock
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
ip addr add "$NODE_IP/30" dev eth0
ip link set eth0 up
ip route add default via "$HOST_IP"
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1

# run NAME COMMAND...: keeps it running
run() {
	local name=$1
	shift
	(
		while :; do
			"$@" &
			echo $! >"/run/$name.pid"
			wait $! || true
			sleep 1
		done
	) >"$D/log/$name.log" 2>&1 &
}
cd "$D"
until [ -e /run/certificates-there ]; do sleep 0.02; done
. "$D/control-plane.sh"
# the others would only fail and start again until the API server answers
until [ -e /run/api-server-answers ]; do sleep 0.05; done
. "$D/others.sh"
while :; do
	sleep 86400 &
	wait $!
done
