/** DHCPv4 from DISCOVER to ACK (RFC 2131 §3.1). Every answer is held against what the board must be given. */
import { openUdp4 } from '../../../src/net/udp.ts';
import { ipv4ToNumber, parseIpv4 } from '../../../src/wire/address.ts';
import { BROADCAST_FLAG, DhcpOption, encodeDhcpv4, MessageType, u32Value } from '../../../src/wire/dhcpv4/index.ts';
import { BOARDS_NETNS } from '../support/legs.ts';
import type { DhcpLoad, Protocol } from './load.ts';
import type { Board } from './wires.ts';

const CLIENT_PORT = 68;
const SERVER_PORT = 67;
const EVERYBODY = 0xffffffff;
const XID_AT = 4;
const YIADDR_AT = 16;
const OPTIONS_AT = 240;
/** The board is in the upper bits of the transaction id: answers find it whatever wire they come by. */
const XID_COUNTER_BITS = 20;
const RECEIVE_BUFFER = 4 << 20;

interface Client {
  readonly board: Board;
  readonly server: number;
  readonly discover: Uint8Array;
  address: number | undefined;
  request: Uint8Array | undefined;
  xid: number;
  /** The type of the answer that is waited for. */
  awaits: number;
}

export function speak4(boards: readonly Board[], load: DhcpLoad): Protocol {
  const socket = openUdp4({
    netns: BOARDS_NETNS,
    port: CLIENT_PORT,
    broadcast: true,
    sendSlots: 1024,
    receiveBufferBytes: RECEIVE_BUFFER,
  });
  const clients = boards.map(clientOf);

  const send = (client: Client, bytes: Uint8Array, awaits: number) => {
    client.awaits = awaits;
    writeU32(bytes, XID_AT, client.xid);
    const { ifindex } = client.board;
    socket.send(bytes, { ifindex, localAddress: 0, peerAddress: EVERYBODY, peerPort: SERVER_PORT });
  };
  socket.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) {
      const bytes = batch.bytes(i);
      const number = bytes.length < OPTIONS_AT ? -1 : (readU32(bytes, XID_AT) >>> XID_COUNTER_BITS) - 1;
      const client = clients[number];
      if (client === undefined || client.board.ifindex !== batch.ifindex(i)) continue;
      const answer = check(bytes, client);
      if (typeof answer === 'string') load.wrong(number, answer);
      else if (answer === MessageType.ack) load.done(number);
      else if (answer === MessageType.offer) {
        client.address ??= readU32(bytes, YIADDR_AT);
        client.request ??= requestOf(client, client.address);
        send(client, client.request, MessageType.ack);
      }
    }
    socket.flush();
  });
  return {
    begin(number) {
      const client = clients[number] as Client;
      client.xid = (client.xid + 1) >>> 0;
      send(client, client.discover, MessageType.offer);
    },
    flush: () => socket.flush(),
    close: () => socket.close(),
  };
}

/** The type of an answer that is waited for; undefined for one that is late; else what is wrong with it. */
function check(bytes: Uint8Array, client: Client): number | string | undefined {
  if (readU32(bytes, XID_AT) !== client.xid) return undefined;
  const type = option(bytes, DhcpOption.messageType)?.[0];
  if (type !== client.awaits) return type === MessageType.nak ? 'a NAK' : undefined;
  const address = readU32(bytes, YIADDR_AT);
  if (address === 0 || (client.address !== undefined && address !== client.address)) {
    return `address ${address.toString(16)}`;
  }
  const server = option(bytes, DhcpOption.serverIdentifier);
  if (server === undefined || readU32(server, 0) !== client.server) return 'the name of another server';
  const lease = option(bytes, DhcpOption.leaseTime);
  if (lease === undefined || readU32(lease, 0) < 60) return 'no lease time';
  for (const code of [DhcpOption.subnetMask, DhcpOption.router, DhcpOption.domainNameServers]) {
    if (option(bytes, code) === undefined) return `no option ${code}, which it asked for`;
  }
  return type;
}

/** The value in the answer itself: nothing is decoded twice, and the load is not to be what limits. */
function option(bytes: Uint8Array, code: number): Uint8Array | undefined {
  for (let at = OPTIONS_AT; at < bytes.length && bytes[at] !== DhcpOption.end; ) {
    const length = bytes[at + 1] as number;
    if (bytes[at] === code) return bytes.subarray(at + 2, at + 2 + length);
    at += bytes[at] === DhcpOption.pad ? 1 : 2 + length;
  }
  return undefined;
}

function clientOf(board: Board, number: number): Client {
  return {
    board,
    server: ipv4ToNumber(board.server4),
    discover: message(board, MessageType.discover, []),
    address: board.address4 === undefined ? undefined : ipv4ToNumber(board.address4),
    request: undefined,
    xid: (number + 1) << XID_COUNTER_BITS,
    awaits: 0,
  };
}

function requestOf({ board, server }: Client, address: number): Uint8Array {
  return message(board, MessageType.request, [
    [DhcpOption.serverIdentifier, u32Value(server)],
    [DhcpOption.requestedAddress, u32Value(address)],
  ]);
}

/** As Debian's dhclient asks. */
function message({ mac, alone }: Board, type: number, more: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const none = parseIpv4('0.0.0.0');
  return encodeDhcpv4({
    ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: 0, secs: 0, flags: alone ? 0 : BROADCAST_FLAG },
    ...{ ciaddr: none, yiaddr: none, siaddr: none, giaddr: none, chaddr: mac, sname: '', file: '' },
    options: new Map([
      [DhcpOption.messageType, Uint8Array.of(type)],
      ...more,
      [DhcpOption.parameterRequestList, Uint8Array.of(1, 28, 2, 3, 15, 6, 12, 42)],
    ]),
  });
}

function readU32(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes.set(u32Value(value), at);
}
