/** How a Pi 4's EEPROM with USE_IPV6=1 finds its boot server: a router advertisement, then DHCPv6 (pi-boot §3.2, §3.3). */
import type { Mac } from '../../../wire/address.ts';
import {
  codesValue,
  type Dhcpv6Packet,
  decodeDhcpv6,
  duidBytes,
  duidLl,
  encodeDhcpv6,
  findOption6,
  iaNaOption,
  MessageType6,
  Option6,
  type Option6Value,
  readIaNa,
} from '../../../wire/dhcpv6/index.ts';
import { eui64Address } from '../../../wire/ethernet/index.ts';
import type { SeenAdvertisement } from '../../../wire/icmpv6/index.ts';
import { ipv6Bytes } from '../../../wire/ipv6-text.ts';
import { Ipv6Stack } from '../ipv6/stack.ts';
import type { Machine } from '../machine.ts';
import { random32 } from '../random.ts';
import { pause, type Script, waitFor } from '../script.ts';
import type { FileServer } from '../tftp/path.ts';

/** What it says that it is (IANA "Processor Architecture Types"). */
const RASPBERRY_PI = 0x29;
const SOLICITATIONS = 3;
const SOLICIT_WAIT_MS = 1000;
/** It stands still for about this long before it asks for the server's MAC (pi-boot §3.2). */
const SETTLE_MS = 1000;

interface Way {
  readonly address: Uint8Array;
  readonly server: Uint8Array;
}

/** The boot server, or in words why there is none after DHCP_TIMEOUT. */
export function* eepromDhcp6(machine: Machine): Script<FileServer | string> {
  const { clock, nic, options } = machine;
  const deadline = clock.monotonic() + options.eeprom.dhcpTimeout;
  const stack = new Ipv6Stack(nic, () => machine.counters, options.answersAllSolicitations);
  const seen = yield* routerAdvertisement(machine, stack, deadline);
  if (seen === undefined) return `no router advertisement within ${options.eeprom.dhcpTimeout} ms`;
  const way = seen.managed
    ? yield* stateful(machine, stack, deadline)
    : yield* stateless(machine, stack, seen, deadline);
  if (typeof way === 'string') return way;
  stack.onDhcp = undefined;
  stack.address = way.address;
  yield* pause(clock, SETTLE_MS);
  const mac = yield* neighbour(machine, stack, way.server);
  if (mac === undefined) return 'boot server answers no neighbour solicitation';
  return { mac, address: way.server, stack };
}

function* routerAdvertisement(
  machine: Machine,
  stack: Ipv6Stack,
  deadline: number,
): Script<SeenAdvertisement | undefined> {
  const { clock, options } = machine;
  let seen: SeenAdvertisement | undefined;
  stack.onAdvertisement = (advertisement) => {
    seen ??= advertisement;
    machine.wake();
  };
  while (seen === undefined && clock.monotonic() < deadline) {
    stack.solicitRouter();
    yield* waitFor(
      clock,
      Math.min(options.eeprom.dhcpReqTimeout, deadline - clock.monotonic()),
      () => seen !== undefined,
    );
  }
  return seen;
}

function* stateful(machine: Machine, stack: Ipv6Stack, deadline: number): Script<Way | string> {
  const { clock, counters, options } = machine;
  const ia = iaNaOption({ iaid: 0, t1: 0, t2: 0, leases: [] });
  while (clock.monotonic() < deadline) {
    counters.discovers++;
    const advertise = yield* exchange(machine, stack, MessageType6.solicit, MessageType6.advertise, [ia], deadline);
    if (advertise === undefined) continue;
    counters.offers++;
    const serverId = findOption6(advertise.options, Option6.serverId);
    if (serverId === undefined) continue;
    counters.requests++;
    const own = [{ code: Option6.serverId, value: serverId }, ia];
    const reply = yield* exchange(machine, stack, MessageType6.request, MessageType6.reply, own, deadline);
    if (reply === undefined) continue;
    const address = leaseOf(reply);
    const server = serverOf(reply);
    if (address !== undefined && server !== undefined) return { address, server };
    counters.offersRefused++;
    yield* pause(clock, options.eeprom.dhcpReqTimeout);
  }
  return `no address and boot file URL by DHCPv6 within ${options.eeprom.dhcpTimeout} ms`;
}

function* stateless(
  machine: Machine,
  stack: Ipv6Stack,
  { other, autonomous }: SeenAdvertisement,
  deadline: number,
): Script<Way | string> {
  const { clock, counters, nic, options } = machine;
  const prefix = autonomous[0];
  if (!other || prefix === undefined) return 'the router advertisement names neither DHCPv6 nor a prefix to use';
  while (clock.monotonic() < deadline) {
    counters.discovers++;
    const reply = yield* exchange(machine, stack, MessageType6.informationRequest, MessageType6.reply, [], deadline);
    const server = reply && serverOf(reply);
    if (server !== undefined) return { address: eui64Address(prefix, nic.mac), server };
  }
  return `no boot file URL by DHCPv6 within ${options.eeprom.dhcpTimeout} ms`;
}

/** One message and the answer to it; undefined where none came in time. */
function* exchange(
  machine: Machine,
  stack: Ipv6Stack,
  type: number,
  wanted: number,
  own: readonly Option6Value[],
  deadline: number,
): Script<Dhcpv6Packet | undefined> {
  const { clock, nic, options, random } = machine;
  const transactionId = random32(random) & 0xffffff;
  let answer: Dhcpv6Packet | undefined;
  stack.onDhcp = (bytes) => {
    const packet = dhcpMessage6(bytes);
    if (packet?.type !== wanted || packet.transactionId !== transactionId) return;
    answer = packet;
    machine.wake();
  };
  const clientId = { code: Option6.clientId, value: duidBytes(duidLl(nic.mac)) };
  stack.sendDhcp(
    encodeDhcpv6({
      type,
      transactionId,
      options: [
        clientId,
        ...own,
        { code: Option6.optionRequest, value: codesValue([Option6.bootFileUrl]) },
        { code: Option6.clientArchitecture, value: codesValue([RASPBERRY_PI]) },
        { code: Option6.elapsedTime, value: codesValue([0]) },
      ],
    }),
  );
  const patience = Math.min(options.eeprom.dhcpReqTimeout, deadline - clock.monotonic());
  yield* waitFor(clock, patience, () => answer !== undefined);
  return answer;
}

function* neighbour(machine: Machine, stack: Ipv6Stack, address: Uint8Array): Script<Mac | undefined> {
  let found: Mac | undefined;
  for (let i = 0; i < SOLICITATIONS && found === undefined; i++) {
    stack.resolve(address, (mac) => {
      found = mac;
      machine.wake();
    });
    yield* waitFor(machine.clock, SOLICIT_WAIT_MS, () => found !== undefined);
  }
  return found;
}

function dhcpMessage6(bytes: Uint8Array): Dhcpv6Packet | undefined {
  try {
    return decodeDhcpv6(bytes);
  } catch {
    return undefined;
  }
}

function leaseOf(packet: Dhcpv6Packet): Uint8Array | undefined {
  try {
    const value = findOption6(packet.options, Option6.iaNa);
    return value && readIaNa(value).leases[0]?.address;
  } catch {
    return undefined;
  }
}

/** `tftp://[2001:db8::1]/`: a literal, since it asks no resolver. */
function serverOf(packet: Dhcpv6Packet): Uint8Array | undefined {
  const value = findOption6(packet.options, Option6.bootFileUrl);
  const literal = /^tftp:\/\/\[([0-9a-fA-F:.]+)\](?:\/|$)/.exec(Buffer.from(value ?? []).toString('latin1'))?.[1];
  try {
    return literal === undefined ? undefined : ipv6Bytes(literal);
  } catch {
    return undefined;
  }
}
