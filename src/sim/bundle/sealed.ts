import { readFileSync } from 'node:fs';
import { type Namespaces, namespacesOf } from './launch.ts';

export class NotSealed extends Error {
  override readonly name = 'NotSealed';
}

/**
 * Refuses to go on unless this process is in a bundle that the launcher made for it: a virtual rack speaks DHCP and
 * uses rack addresses, which must never reach an interface of the machine itself.
 *
 * @param outside the namespaces of the launcher
 */
export function assertSealed(outside: Namespaces): void {
  const inside = namespacesOf('self');
  for (const kind of ['net', 'mnt', 'pid'] as const) {
    if (inside[kind] === outside[kind]) {
      throw new NotSealed(
        `a virtual rack is served only inside namespaces that pirack made: expected another ${kind} namespace than the launcher's ${outside[kind]}`,
      );
    }
  }
  if (namespacesOf(1).pid !== inside.pid)
    throw new NotSealed('expected /proc to belong to the bundle: it shows processes of another namespace');
}

/** In a fresh bundle there is the loopback interface and nothing else. */
export function assertFresh(): void {
  // Not /sys/class/net: that shows the namespace in which sysfs was mounted.
  const seen = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'lo');
  if (seen.length > 0) {
    throw new NotSealed(`expected a fresh network namespace with only lo, found ${seen.join(', ')}`);
  }
}
