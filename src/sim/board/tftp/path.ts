/** The way to a boot server by either protocol, for a transfer that only wants to send and hear datagrams. */
import { type Ipv4, ipv4ToNumber, type Mac } from '../../../wire/address.ts';
import type { Ipv6Stack } from '../ipv6/stack.ts';
import type { Nic, PortHandler } from '../nic.ts';

export type FileServer =
  | { readonly mac: Mac; readonly address: Ipv4 }
  | { readonly mac: Mac; readonly address: Uint8Array; readonly stack: Ipv6Stack };

export interface ServerPath {
  /** Where UDP begins in a frame. */
  readonly udpAt: number;
  /** What a datagram of the server has for its source. */
  readonly source: number;
  /** Largest block that the firmware asks for by this way; undefined: what it likes. */
  readonly mostBlksize: number | undefined;
  frame(port: number, sourcePort: number, payload: Uint8Array): Uint8Array;
  listen(handler: PortHandler): void;
  /** Stops listening, if it is this one who listens. */
  release(handler: PortHandler): void;
}

const ETHERNET = 14;
/** As seen on the wire (pi-boot §3.3). */
const BLKSIZE6 = 1024;

export function pathTo(nic: Nic, server: FileServer): ServerPath {
  if (!('stack' in server)) {
    return {
      udpAt: ETHERNET + 20,
      source: ipv4ToNumber(server.address),
      mostBlksize: undefined,
      frame: (port, sourcePort, payload) => nic.udpFrame({ ...server, port }, sourcePort, payload),
      listen: (handler) => {
        nic.onPort = handler;
      },
      release: (handler) => {
        if (nic.onPort === handler) nic.onPort = undefined;
      },
    };
  }
  const { stack, address, mac } = server;
  return {
    udpAt: ETHERNET + 40,
    // The stack looks at the address itself: it is no number.
    source: 0,
    mostBlksize: BLKSIZE6,
    frame: (port, sourcePort, payload) => stack.udpFrame({ mac, address, port }, sourcePort, payload),
    listen: (handler) => {
      stack.server = address;
      stack.onPort = handler;
    },
    release: (handler) => {
      if (stack.onPort === handler) stack.onPort = undefined;
    },
  };
}
