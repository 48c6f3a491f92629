# shellcheck shell=bash
# Where the packages come from: the archive that this machine's own apt is set up for. Sourced by make-image.

# debian_sources SUITE [MIRROR]: prints one-line apt sources for SUITE, its updates and its security archive, with the component
# that holds the Raspberry Pi firmware. Signatures are checked by apt against Debian's archive keys as always.
debian_sources() {
  local suite=$1 mirror=${2:-} host lines
  local components='main non-free-firmware'
  if [ -n "$mirror" ]; then
    echo "deb $mirror $suite $components"
    return
  fi
  host=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d \")
  # A machine of another Debian release has the same archive, under its own release's name.
  lines=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Identifier: Packages' \
    | awk -v host="$host" -v suite="$suite" -v components="$components" '
        { release = $2 }
        host != "" && (release == host || index(release, host "-") == 1) { release = suite substr(release, length(host) + 1) }
        release == suite || release == suite "-updates" || release == suite "-security" {
          line = "deb " $1 " " release " " components
          if (!seen[line]++) print line
        }')
  if ! grep -q " $suite main" <<<"$lines"; then
    echo "make-image: apt on this machine has no Debian archive with $suite or $host (apt-get indextargets lists what it has);" \
      "name one with --mirror URI" >&2
    return 1
  fi
  echo "$lines"
}

# extract_packages DIRECTORY PACKAGE...: unpacks the packages and what they depend on for arm64, runs nothing of them, and
# keeps the list of the package files as $work/<name of DIRECTORY>.debs.
extract_packages() {
  local directory=$1 include proxy options=()
  shift
  include=$(IFS=,; echo "$*")
  for proxy in Acquire::http::Proxy Acquire::https::Proxy; do
    local value=''
    eval "$(apt-config shell value $proxy)"
    [ -z "$value" ] || options+=("--aptopt=$proxy \"$value\"")
  done
  if ! mmdebstrap --verbose --variant=extract --arch=arm64 --format=directory --include="$include" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --aptopt='Acquire::Retries "3"' "${options[@]}" \
    --extract-hook="cd \"\$1/var/cache/apt/archives\" && ls -- *.deb >'$work/$(basename "$directory").debs'" \
    "$suite" "$directory" "$work/sources.list" >"$work/mmdebstrap.log" 2>&1; then
    grep -E "^(E|W|Err|Ign)[: ]" "$work/mmdebstrap.log" | tail -n 12 >&2
    die "could not unpack $include from: $(cut -d' ' -f2,3 "$work/sources.list" | paste -sd, -)"
  fi
}

# list_packages: all packages that were unpacked, as the members of a JSON object.
list_packages() {
  cat "$work"/*.debs | LC_ALL=C sort -u | sed 's/%3a/:/; s/^\([^_]*\)_\([^_]*\)_.*/    "\1": "\2",/; $s/,$//'
}
