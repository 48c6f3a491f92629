/** DHCPv6 from SOLICIT to the REPLY that answers the REQUEST (RFC 8415 §18.2.1, §18.2.2), held against what must be given. */
import { openUdp6 } from '../../../src/net/udp6.ts';
import type { Ipv6 } from '../../../src/wire/address.ts';
import {
  codesValue,
  decodeDhcpv6,
  duidBytes,
  duidLl,
  encodeDhcpv6,
  findOption6,
  iaNaOption,
  MessageType6,
  Option6,
  readIaNa,
} from '../../../src/wire/dhcpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../src/wire/ipv6-text.ts';
import { BOARDS_NETNS } from '../support/legs.ts';
import type { DhcpLoad, Protocol } from './load.ts';
import type { Board } from './wires.ts';

const ALL_SERVERS = ipv6Bytes('ff02::1:2');
const CLIENT_PORT = 546;
const SERVER_PORT = 547;
const RECEIVE_BUFFER = 4 << 20;

interface Client {
  readonly ifindex: number;
  readonly solicit: Uint8Array;
  address: Ipv6 | undefined;
  /** Made from the first ADVERTISE: the server and what it offers stay the same. */
  request: Uint8Array | undefined;
  /** The board is in the upper byte: answers find it whatever wire they come by. */
  transaction: number;
  awaits: number;
}

export function speak6(boards: readonly Board[], load: DhcpLoad): Protocol {
  const socket = openUdp6({
    netns: BOARDS_NETNS,
    port: CLIENT_PORT,
    sendSlots: 1024,
    receiveBufferBytes: RECEIVE_BUFFER,
  });
  const clients = boards.map(clientOf);

  const send = (client: Client, bytes: Uint8Array, awaits: number) => {
    client.awaits = awaits;
    writeTransaction(bytes, client.transaction);
    socket.send(bytes, { ifindex: client.ifindex, peerAddress: ALL_SERVERS, peerPort: SERVER_PORT });
  };
  socket.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) {
      const bytes = batch.bytes(i);
      const number = (bytes[1] ?? 0) - 1;
      const client = clients[number];
      if (client === undefined || client.ifindex !== batch.ifindex(i)) continue;
      if (bytes[0] !== client.awaits || readTransaction(bytes) !== client.transaction) continue;
      const wrong = check(bytes, client);
      if (wrong !== undefined) load.wrong(number, wrong);
      else if (client.awaits === MessageType6.reply) load.done(number);
      else {
        client.request ??= requestOf(client.solicit, bytes);
        send(client, client.request, MessageType6.reply);
      }
    }
    socket.flush();
  });
  return {
    begin(number) {
      const client = clients[number] as Client;
      client.transaction = (client.transaction & 0xff0000) | ((client.transaction + 1) & 0xffff);
      send(client, client.solicit, MessageType6.advertise);
    },
    flush: () => socket.flush(),
    close: () => socket.close(),
  };
}

/** What is wrong with an answer that is waited for. */
function check(bytes: Uint8Array, client: Client): string | undefined {
  const { options } = decodeDhcpv6(bytes);
  const value = findOption6(options, Option6.iaNa);
  if (value === undefined) return 'no IA_NA';
  const { leases, status } = readIaNa(value);
  const [lease, ...more] = leases;
  if (lease === undefined || more.length > 0) return `${leases.length} addresses, status ${status?.code}`;
  const address = ipv6Text(lease.address);
  client.address ??= address;
  if (address !== client.address) return `address ${address}`;
  return lease.valid < 60 ? `an address for ${lease.valid} s` : undefined;
}

/** As dhclient asks; the resolver is what every server here has to tell. */
function clientOf({ ifindex, mac, address6 }: Board, number: number): Client {
  const options = [
    { code: Option6.clientId, value: duidBytes(duidLl(mac)) },
    { code: Option6.optionRequest, value: codesValue([Option6.dnsServers, Option6.domainSearch]) },
    { code: Option6.elapsedTime, value: Uint8Array.of(0, 0) },
    iaNaOption({ iaid: number + 1, t1: 0, t2: 0, leases: [] }),
  ];
  const solicit = encodeDhcpv6({ type: MessageType6.solicit, transactionId: 0, options });
  return { ifindex, solicit, address: address6, request: undefined, transaction: (number + 1) << 16, awaits: 0 };
}

/** The SOLICIT again, with the server and the association that it advertises. */
function requestOf(solicit: Uint8Array, advertise: Uint8Array): Uint8Array {
  const offered = decodeDhcpv6(advertise).options;
  const own = decodeDhcpv6(solicit).options.filter(({ code }) => code !== Option6.iaNa);
  const options = [...own, ...offered.filter(({ code }) => code === Option6.serverId || code === Option6.iaNa)];
  return encodeDhcpv6({ type: MessageType6.request, transactionId: 0, options });
}

function readTransaction(bytes: Uint8Array): number {
  return ((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number);
}

function writeTransaction(bytes: Uint8Array, transaction: number): void {
  bytes.set([transaction >>> 16, (transaction >>> 8) & 255, transaction & 255], 1);
}
