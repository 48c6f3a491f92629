/**
 * What a tenant leaves in a root, written by programs that run inside a rack, and what is true of a tree, told by tar and
 * find. NFSv3 carries no attributes beyond these.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RigRack } from '../rack.ts';

const FILL = `
set -e
for root in "$@"; do
cd "$root"
home=home/pi/work
mkdir -p "$home/a/b/c" "$home/empty directory"
head -c 3000000 /dev/urandom > "$home/large"
printf 'hello' > "$home/plain"
ln "$home/plain" "$home/a/b/c/linked"
ln "$home/plain" etc/linked
ln -s ../../../../../../../etc/shadow "$home/up"
ln -s 'no such thing' "$home/dangling"
chown -h 33:33 "$home/up"
printf '#!/bin/sh' > "$home/setuid"
chown 0:1001 "$home/setuid"
chmod 6755 "$home/setuid"
printf odd > "$home/$(printf 'odd\\377\\n \\t\\\\*?[name]')"
printf long > "$home/$(printf '%0255d' 7)"
printf dash > "$home/-rf"
mkfifo -m 600 "$home/fifo"
mknod -m 666 "$home/null" c 1 3
truncate -s 40000000 "$home/sparse"
printf island | dd of="$home/sparse" bs=1 seek=20000000 conv=notrunc status=none
chown -R 1000:1000 "$home/a"
chown 4294967000:65534 "$home/a/b"
chmod 3771 "$home/a/b"
chmod 000 "$home/plain"
printf changed >> etc/hostname
rm -f etc/hosts
mv etc/dropbear "$home/moved"
mkdir etc/dropbear
printf new > etc/dropbear/new
touch -d '2009-02-13 23:31:30.123456789 UTC' "$home/large" etc/dropbear/new
touch -h -d '2001-09-09 01:46:40.987654321 UTC' "$home/up"
touch -d '1990-01-01 00:00:00.5 UTC' "$home/a" "$home/empty directory"
done
`;

/** The virtual boards write there at every boot. */
const RECORDS = 'var/lib/pirack';

/** A form feed begins a tree: no line of a listing has one that find did not write. */
const LOOK = `
set -e
for tree in "$@"; do
cd "$tree"
printf '\\f'
tar --create --sort=name --format=posix --numeric-owner --pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f \
  --exclude=./${RECORDS} --file=- . | sha256sum
find . -path ./${RECORDS} -prune -o -type d -printf '%P|%m|%U:%G|%T@\\0' -o -printf '%P|%y|%m|%U:%G|%n|%s|%T@|%l\\0' |
  sort -z | tr '\\n\\f\\0' '~~\\n'
done
`;

export interface TreeSeen {
  /** Of every byte, owner, mode, nanosecond and link, as GNU tar writes them. */
  readonly digest: string;
  /** A line a name, for people who have to see what differs. */
  readonly names: readonly string[];
}

/** A hang, not a pace. */
const LIMIT = 240_000;

const script = async (rack: RigRack, text: string, paths: readonly string[]): Promise<string> => {
  const file = join(rack.directory, 'script');
  writeFileSync(file, text);
  const { code, stdout, stderr } = await rack.inside('controller', ['sh', file, ...paths], LIMIT);
  if (code !== 0) throw new Error(`in ${paths.join(' and ')}: ${stderr}`);
  return stdout;
};

/** One command for all of them: each takes a second to start. */
export async function fillAsTenant(rack: RigRack, roots: readonly string[]): Promise<void> {
  await script(rack, FILL, roots);
}

export async function lookAt(rack: RigRack, trees: readonly string[]): Promise<readonly TreeSeen[]> {
  const [, ...seen] = (await script(rack, LOOK, trees)).split('\f');
  return seen.map((text) => {
    const [digest = '', ...names] = text.trimEnd().split('\n');
    return { digest: digest.slice(0, 64), names };
  });
}
