/**
 * How many connections one network may hold at a time: whoever opens many and sends little on each would keep everybody
 * else out of a server that takes a limited number of them. Counted as it is accepted, before a byte of it is read.
 */
import { BlockList, isIP, type Server, type Socket } from 'node:net';
import { networkOf } from './limits.ts';

export interface ConnectionLimit {
  /** Of one address, or of one IPv6 network of a customer. */
  readonly most: number;
  /** Proxies hold the connections of everybody behind them, and are to limit those themselves. */
  readonly trustedProxies: readonly string[];
}

/** Cuts what is over the limit as soon as it is there. */
export function limitConnections(server: Server, { most, trustedProxies }: ConnectionLimit): void {
  const trusted = blockListOf(trustedProxies);
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = plain(socket.remoteAddress);
    // Gone already, or with nothing to count it by.
    if (address === undefined) return void socket.destroy();
    if (trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) return;
    const network = networkOf(address);
    const held = open.get(network) ?? 0;
    if (held >= most) return void socket.destroy();
    open.set(network, held + 1);
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}

/** An IPv4 client of a socket that takes both is written `::ffff:192.0.2.1`. */
function plain(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function blockListOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', length] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) continue;
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return list;
}
