import { readFileSync } from 'node:fs';

/** Whether some process of this network namespace has the UDP port, over IPv4 or IPv6. */
export function udpPortTaken(port: number): boolean {
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} `, 'm');
  return ['udp', 'udp6'].some((table) => local.test(readFileSync(`/proc/net/${table}`, 'utf8')));
}
