#!/bin/sh
# First process of the guest of scripts/guest-nfsd: starts the kernel's NFS server as Debian's services do, then the tests;
# `only` is set by the kernel's command line where not all of them are wanted.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
top=$(dirname "$(dirname "$(dirname "$0")")")
end() {
  sync
  echo o > /proc/sysrq-trigger
  # The first process may not end before the machine does.
  while :; do :; done
}
trap end EXIT
cd "$top" || exit
echo "guest: $(uname -r), up $(cut -d' ' -f1 /proc/uptime) s"
mkdir -p /run/rpcbind /var/lib/nfs/v4recovery
ip link set lo up
mount -t nfsd nfsd /proc/fs/nfsd
touch /var/lib/nfs/etab /var/lib/nfs/rmtab /etc/exports
[ -e /etc/mtab ] || ln -s ../proc/self/mounts /etc/mtab
rpcbind
rpc.mountd --no-udp --port 20048
# Clients are all new: nothing is there to be reclaimed.
echo 10 > /proc/fs/nfsd/nfsv4leasetime
echo 10 > /proc/fs/nfsd/nfsv4gracetime
rpc.nfsd --no-udp --nfs-version 3,4.1,4.2 4
. scripts/toolchain.sh
# Each program is read and compiled once: the processor is emulated.
export NODE_COMPILE_CACHE=/run/compiled
# A network of its own for each: the addresses are the same.
for part in ${only:-nfsd legs}; do
  if [ "$part" = legs ]; then apart="unshare -n"; else apart=""; fi
  $apart node --disable-warning=ExperimentalWarning "test/guests/$part.ts"
done
echo "guest: ended with $?, up $(cut -d' ' -f1 /proc/uptime) s"
