/** A tree with every kind of file that a root can have, and what is true of a tree, told by programs that pirack does not use. */
import { run } from '../../../src/net/run.ts';

/** On top of the fake image: what is new, changed, removed and renamed. */
const FILL = `
import os, socket, sys
root = os.fsencode(sys.argv[1])
at = lambda *parts: os.path.join(root, *[os.fsencode(part) for part in parts])
os.makedirs(at('home/pi/a/b/c'))
def write(name, content, mode=0o644, owner=(0, 0)):
    with open(at(name), 'wb') as file: file.write(content)
    os.chown(at(name), *owner)
    os.chmod(at(name), mode)
write('home/pi/plain', b'hello' * 1000, 0o640, (1000, 1001))
write('home/pi/setuid', b'#!/bin/sh', 0o6755)
write('home/pi/empty', b'')
write('home/pi/large', os.urandom(3000000))
write(b'home/pi/odd\\xff\\n \\t\\\\*?[name]', b'odd')
write('home/pi/-rf', b'not an option')
write('home/pi/' + 'n' * 255, b'long')
os.link(at('home/pi/plain'), at('home/pi/a/b/c/linked'))
os.link(at('home/pi/plain'), at('var/lib/linked'))
os.symlink('/etc/shadow', at('home/pi/out'))
os.symlink('../../../../../../../etc', at('home/pi/up'))
os.mkfifo(at('home/pi/fifo'), 0o600)
os.mknod(at('home/pi/null'), 0o20666, os.makedev(1, 3))
os.mknod(at('home/pi/block'), 0o60660, os.makedev(7, 0))
sock = socket.socket(socket.AF_UNIX); os.chdir(at('home/pi')); sock.bind('socket')
with open(at('home/pi/sparse'), 'wb') as file:
    file.truncate(40000000); file.seek(20000000); file.write(b'island')
os.setxattr(at('home/pi/plain'), 'user.colour', b'green\\0blue')
os.setxattr(at('home/pi/a'), 'user.of.a.directory', b'1')
os.setxattr(at('home/pi/setuid'), 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))
os.chown(at('home/pi/a/b'), 4294967000, 65534)
os.chmod(at('home/pi/a/b'), 0o3771)
os.lchown(at('home/pi/out'), 33, 33)
os.remove(at('etc/ssh/sshd_config'))
os.rename(at('usr/share/deep'), at('usr/share/renamed'))
os.mkdir(at('usr/share/deep')); write('usr/share/deep/new', b'in the place of the old one')
os.rename(at('etc/dropbear'), at('home/pi/a/dropbear'))
os.utime(at('home/pi/plain'), ns=(1, 1234567890123456789))
os.utime(at('home/pi/out'), ns=(1, 987654321987654321), follow_symlinks=False)
os.utime(at('home/pi/a'), ns=(1, 111111111111111111))
`;

export async function fillOddly(root: string): Promise<void> {
  await run('python3', ['-c', FILL, root]);
}

export interface TreeFacts {
  /** Of all bytes and attributes, hard links and nanoseconds, as GNU tar writes them. */
  readonly digest: string;
  /** A line a name, for people who have to see what differs. */
  readonly names: readonly string[];
}

const TAR = [
  ...['tar', '-C', '"$1"', '--create', '--sort=name', '--format=posix', '--numeric-owner', '--xattrs', '--acls'],
  ...["--xattrs-include='*'", '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f', '--file=-', '.'],
].join(' ');

/** Sockets are left out. */
export async function factsOf(root: string): Promise<TreeFacts> {
  const { stdout: digest } = await run('sh', ['-c', `${TAR} 2>/dev/null | sha256sum`, 'tar', root]);
  const format = '%P|%y|%m|%U:%G|%n|%s|%T@|%l\\0';
  const { stdout } = await run(
    'find',
    ['.', '(', '-type', 's', '-o', '-type', 'd', '-printf', '%P|%m|%U:%G|%T@\\0', '-o', '-printf', format, ')'],
    { cwd: root },
  );
  return {
    digest: digest.split(' ')[0] ?? '',
    names: stdout
      .split('\0')
      .filter((line) => line !== '')
      .sort(),
  };
}
