# shellcheck shell=bash
# The root file system of an image. Sourced by make-image.

# make_root PARTS ROOT
make_root() {
  local parts=$1 root=$2 release module target applet
  release=$(kernel_release "$parts")
  # What only a package manager reads: nothing installs packages into this root.
  rm -rf -- "$root"/var/lib/{dpkg,apt} "$root"/var/cache/* "$root"/usr/share/{doc,man,info,lintian,bug} "$root"/etc/{apt,dpkg,logrotate.d} "$root"/usr/{games,include,src}
  mkdir -p "$root"/{dev,proc,sys,run,tmp,mnt,root,home} "$root"/etc/dropbear "$root"/var/{lib/pirack,log,tmp}
  rm -rf -- "$root"/var/run "$root"/var/lock
  ln -s /run "$root/var/run"
  ln -s /run "$root/var/lock"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root" "$root/etc/dropbear"
  cp -R "$here/image/root-files/." "$root/"
  chown -R 0:0 "$root/etc" "$root/usr/lib/pirack" "$root/root"
  chmod 755 "$root"/etc/init.d/rcS "$root"/usr/lib/pirack/*
  chmod 600 "$root/etc/shadow"
  # Links for the applets that this machine's busybox, of the same source, knows; real programs stay.
  while read -r applet; do
    target=$root/$applet
    if [ ! -e "$target" ] && [ ! -L "$target" ]; then ln -s /usr/bin/busybox "$target"; fi
  done < <(busybox --list-full | sed 's#^linuxrc$#sbin/init#; s#^\(bin\|sbin\)/#usr/\1/#')
  while read -r module; do
    target=$root/usr/lib/modules/$release/${module##*/modules/"$release"/}
    install -D -m 644 "$module" "$target"
  done < <(module_files "$parts" "$here/image/root-modules")
  cp "$parts/usr/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$root/usr/lib/modules/$release/"
  depmod -b "$root" "$release"
}
