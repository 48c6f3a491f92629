# shellcheck shell=bash
# The boot directory of an image: what TFTP shows to a board. Sourced by make-image.

# Firmware names asked by a Pi 3 and a Pi 4, whole and cut down (gpu_mem=16); the camera and debug builds are never asked.
readonly FIRMWARE='bootcode.bin start.elf fixup.dat start_cd.elf fixup_cd.dat start4.elf fixup4.dat start4cd.elf fixup4cd.dat'

# Device trees: the name that the firmware asks for, then the kernel package's name for the same board.
readonly DEVICE_TREES='
bcm2710-rpi-3-b.dtb      bcm2837-rpi-3-b.dtb
bcm2710-rpi-3-b-plus.dtb bcm2837-rpi-3-b-plus.dtb
bcm2710-rpi-cm3.dtb      bcm2837-rpi-cm3-io3.dtb
bcm2711-rpi-4-b.dtb      bcm2711-rpi-4-b.dtb
bcm2711-rpi-400.dtb      bcm2711-rpi-400.dtb
bcm2711-rpi-cm4.dtb      bcm2711-rpi-cm4-io.dtb
'

kernel_release() { basename -- "$(echo "$1"/usr/lib/modules/*)"; }

# make_boot PARTS BOOT WORK
make_boot() {
  local parts=$1 boot=$2 work=$3 release file asked packaged trees
  release=$(kernel_release "$parts")
  trees=$parts/usr/lib/linux-image-$release/broadcom
  mkdir "$boot"
  for file in $FIRMWARE; do cp -- "$parts/usr/lib/raspi-firmware/$file" "$boot/$file"; done
  while read -r asked packaged; do
    [ -z "$asked" ] || cp -- "$trees/$packaged" "$boot/$asked"
  done <<<"$DEVICE_TREES"
  gzip -9 -n <"$parts/boot/vmlinuz-$release" >"$boot/kernel8.img"
  make_initramfs "$parts" "$boot/initramfs8" "$work/initramfs"
  mkimage -A arm64 -T script -C none -n pirack -d "$here/image/boot.cmd" "$boot/boot.scr.uimg" >/dev/null
  # kernel8.img must be what the firmware and u-boot take: a gzip of an arm64 Image (magic ARM\x64 at offset 56).
  [ "$(zcat "$boot/kernel8.img" 2>/dev/null | head -c 60 | tail -c 4)" = 'ARMd' ] || die "linux-image $release is not a plain arm64 Image"
  chmod -R a+rX,go-w "$boot"
}

# make_initramfs PARTS FILE TREE
make_initramfs() {
  local parts=$1 file=$2 tree=$3 module
  mkdir -p "$tree"/{bin,dev,proc,sys,run,root,etc,modules}
  cp "$parts/usr/bin/busybox" "$tree/bin/busybox"
  install -m 755 "$here/image/initramfs/init" "$tree/init"
  install -m 755 "$here/image/initramfs/udhcpc" "$tree/etc/udhcpc"
  while read -r module; do
    install -m 644 "$module" "$tree/modules/"
    case $module in
      *.xz) xz -d "$tree/modules/$(basename "$module")" ;;
      *.zst) zstd -q -d --rm "$tree/modules/$(basename "$module")" ;;
    esac
    basename "$module" | sed 's/\.\(xz\|zst\)$//' >>"$tree/modules/order"
  done < <(module_files "$parts" "$here/image/initramfs/modules")
  # The same from the same packages: neither times nor inode numbers of this machine.
  find "$tree" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" -- {} +
  (cd "$tree" && find . -print0 | LC_ALL=C sort -z | cpio --null --create --format=newc --owner=0:0 --reproducible --quiet) | gzip -9 -n >"$file"
}

# module_files PARTS LIST: the files of the modules in LIST and of all they need, in the order in which they can be loaded.
module_files() {
  local parts=$1 list=$2 release name
  release=$(kernel_release "$parts")
  [ -s "$parts/usr/lib/modules/$release/modules.dep" ] || depmod -b "$parts" "$release"
  while read -r name; do
    modprobe -d "$parts" -S "$release" --ignore-install --show-depends "$name" 2>/dev/null </dev/null \
      || echo "make-image: the kernel has no module $name" >&2
  done < <(sed 's/ *#.*//; /^$/d' "$list") | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}
