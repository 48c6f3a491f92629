# shellcheck shell=bash
# A guest whose root is this machine's, read-only, with a memory file system above it: what is installed here runs in it
# under another kernel. Sourced by scripts/guest-*.

# Modules that an x86-64 guest needs to reach its root and disks, then what is tried in it.
GUEST_MODULES="virtio_pci 9pnet_virtio 9p virtio_blk virtio_rng overlay ext4 btrfs veth 8021q dummy bridge nfsd nfsv3 nfsv4 af_packet"

# make_initramfs KERNEL-PACKAGE-DIR VERSION OUT
make_initramfs() {
  local kernel=$1 version=$2 out=$3 tree module
  tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,dev,proc,sys,host,memory,newroot,lib/modules}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  depmod -b "$kernel" "$version"
  : > "$tree/order"
  for module in $GUEST_MODULES; do
    modprobe -d "$kernel" -S "$version" --show-depends "$module" | awk '/^insmod/ { print $2 }'
  done | awk '!seen[$0]++' | while read -r module; do
    cp "$module" "$tree/lib/modules/"
    basename "$module" >> "$tree/order"
  done
  cat > "$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/lib/modules/$module" || echo "no module $module"; done < /order
for word in $(cat /proc/cmdline); do case $word in guest.*) eval "${word#guest.}" ;; esac; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host || poweroff -f
mount -t tmpfs -o mode=755 memory /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work root /newroot || poweroff -f
cp -af "/newroot$tools/usr/." /newroot/usr/
cp -af "/newroot$tools/sbin/." /newroot/usr/sbin/
# What is not loaded yet is found by modprobe.
mkdir -p /newroot/usr/lib/modules && ln -s "$kernel/lib/modules/$(uname -r)" /newroot/usr/lib/modules/
mkdir -p /newroot/etc/exports.d /newroot/var/lib/nfs
# The top itself is a disk: the kernel's NFSv4 server exports the way from there to each root, and cannot from an overlay
# that has no file handles.
mkdir /disk
mount -t ext4 /dev/vda /disk || poweroff -f
for entry in /newroot/*; do
  name=${entry##*/}
  case $name in dev | proc | sys | run | srv | lost+found) continue ;; esac
  if [ -L "$entry" ]; then cp -a "$entry" /disk/; elif [ -d "$entry" ]; then mkdir "/disk/$name" && mount --bind "$entry" "/disk/$name"; fi
done
mkdir -p /disk/dev /disk/proc /disk/sys /disk/run /disk/srv/ext4 /disk/srv/btrfs
mount -t tmpfs run /disk/run
mkdir /disk/run/netns
mount -t btrfs /dev/vdb /disk/srv/btrfs
mount --move /proc /disk/proc
mount --move /sys /disk/sys
mount --move /dev /disk/dev
export only
exec switch_root /disk /bin/sh "$program"
INIT
  chmod 755 "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1 > "$out")
  rm -rf "$tree"
}
