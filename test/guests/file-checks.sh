#!/bin/sh
# What a system does with its files, tried on an NFS root: run by a board on / or by whoever has it mounted.
# Usage: file-checks.sh ROOT DIRECTORY FILE
#   ROOT       the top of the root, / on a board
#   DIRECTORY  a directory of the image, by its path below ROOT; nothing may need it
#   FILE       a file in it
# Prints `ok NAME` or `FAIL NAME: what came` for each; exit code 1 if one failed. Leaves the root as it was, but for the
# packages' own files. POSIX sh, and what busybox has.
set -u
root=${1%/} directory=$2 file=$3
work=$root/var/tmp/pirack-checks.$$
failed=0

# check NAME EXPECTED GOT
check() {
  if [ "$2" = "$3" ]; then echo "ok $1"; else
    echo "FAIL $1: expected $2, got $3"
    failed=1
  fi
}

mkdir -p "$work" "$root/tmp" || exit 1
cd "$work" || exit 1

# On an overlay this directory is in a lower layer: without redirect_dir the server answers EXDEV.
before=$(sha256sum < "$root/$directory/$file")
check a-file-of-the-image-is-there yes "${before:+yes}"
mv "$root/$directory" "$root/$directory.moved" 2> err
check rename-directory-of-the-image "$before" "$(sha256sum < "$root/$directory.moved/$file" 2>> err)"
mv "$root/$directory.moved" "$root/$directory" 2>> err
check rename-it-back "$before" "$(sha256sum < "$root/$directory/$file")"

# The file is copied up by the first link to it: both names must go on being one file.
ln "$root/$directory/$file" linked 2> err
check hard-link "2" "$(stat -c %h linked 2>> err)"
echo more >> linked
check hard-link-is-one-file "$(sha256sum < linked)" "$(sha256sum < "$root/$directory/$file")"
size=$(stat -c %s linked)
head -c $((size - 5)) linked > whole && cat whole > linked && rm linked
check content-is-as-before "$before" "$(sha256sum < "$root/$directory/$file")"

mkfifo fifo
(echo through > fifo) &
check fifo through "$(timeout 10 cat fifo)"

if command -v flock > /dev/null; then
  : > lock
  (flock -n 9 && sleep 3) 9> lock &
  sleep 1
  flock -n lock true
  check lock-is-held 1 "$?"
  wait
  flock -n lock true
  check lock-is-let-go 0 "$?"
else
  echo "none lock: no flock here"
fi

echo mine > owned
chown 1234:5678 owned
check chown "1234 5678" "$(stat -c '%u %g' owned)"
chmod 640 owned
check chmod 640 "$(stat -c %a owned)"

cp "$root/$directory/$file" suid
chmod 4755 suid
check setuid-bit 4755 "$(stat -c %a suid)"
echo x >> owned
chown 1:1 suid
check setuid-bit-goes-with-chown 755 "$(stat -c %a suid)"

mknod null c 1 3
check device "character special file 1 3" "$(stat -c '%F %t %T' null)"

# A file that is open outlives its name (over NFSv3 the client renames it).
echo still > opened
exec 3< opened
rm opened
check read-after-unlink still "$(cat <&3)"
exec 3<&-

i=0
mkdir many
while [ $i -lt 500 ]; do
  : > many/$i
  i=$((i + 1))
done
check all-names-of-a-directory 500 "$(ls many | wc -l | tr -d ' ')"

dd if=/dev/zero of=holes bs=1 count=1 seek=10000000 2> /dev/null
check sparse-file 10000001 "$(stat -c %s holes)"

# A package that replaces a file of the image, then its upgrade: dpkg links, renames, and removes what is gone.
package() { # package VERSION NAME-OF-FILE
  rm -rf pkg
  mkdir -p pkg/DEBIAN "pkg/$directory" pkg/usr/share/pirack-check pkg/etc
  printf 'Package: pirack-check\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example.net>\nDescription: check\n' "$1" > pkg/DEBIAN/control
  echo /etc/pirack-check.conf > pkg/DEBIAN/conffiles
  echo "version $1" > "pkg/$directory/$file"
  echo "version $1" > "pkg/usr/share/pirack-check/$2"
  echo "setting of $1" > pkg/etc/pirack-check.conf
  dpkg-deb -b pkg "check-$1.deb" > log 2>&1 || cat log
}
if dpkg-deb --version 2> /dev/null | grep -q Debian; then
  mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/etc/dpkg"
  touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
  cp -p "$root/$directory/$file" kept
  install() { dpkg --root="${root:-/}" --force-bad-path --force-overwrite -i "$1" > log 2>&1 || tail -n 3 log; }
  package 1 first
  package 2 second
  install check-1.deb
  check package "version 1" "$(cat "$root/$directory/$file")"
  install check-2.deb
  check package-upgrade "version 2" "$(cat "$root/$directory/$file")"
  check package-upgrade-removes "second" "$(ls "$root/usr/share/pirack-check")"
  check package-upgrade-configuration "setting of 2" "$(cat "$root/etc/pirack-check.conf")"
  dpkg --root="${root:-/}" --force-bad-path --purge pirack-check > log 2>&1 || tail -n 3 log
  check package-purge gone "$([ -e "$root/etc/pirack-check.conf" ] || echo gone)"
  cp -p kept "$root/$directory/$file" 2> /dev/null || { mkdir -p "$root/$directory" && cp -p kept "$root/$directory/$file"; }
else
  echo "none package: no dpkg here"
fi

cd "$root/" && rm -rf "$work"
check leaves-nothing gone "$([ -e "$work" ] || echo gone)"
exit $failed
