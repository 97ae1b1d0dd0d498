#!/bin/sh
# A veth pair, veth0 and veth1, in a network namespace that was made for this, and a command there.
set -e
PATH=$PATH:/usr/sbin:/sbin
ip link add veth0 type veth peer name veth1
for device in veth0 veth1; do
  echo 1 >/proc/sys/net/ipv6/conf/$device/disable_ipv6
  ip link set $device up
done
exec "$@"
