/** DHCP of a Pi 4's EEPROM: all four messages, with a boot server in the answer or not at all (pi-boot §2.1 to §2.3). */
import type { Ipv4 } from '../../../wire/address.ts';
import { DhcpOption, type Dhcpv4Packet } from '../../../wire/dhcpv4/index.ts';
import { addressValue } from '../../../wire/dhcpv4/values.ts';
import { dhcpMessage, resolveMac } from '../boot/link.ts';
import type { Machine } from '../machine.ts';
import { random32 } from '../random.ts';
import { type Script, waitFor } from '../script.ts';
import type { FileServer } from '../tftp/fetch.ts';
import { discover, eepromRequest } from './discover.ts';
import { type BootReply, readEepromReply } from './reply.ts';

interface Heard {
  readonly reply: BootReply;
  readonly server: Uint8Array;
}

/** The boot server, or in words why there is none after DHCP_TIMEOUT. */
export function* eepromDhcp(machine: Machine): Script<FileServer | string> {
  const { clock, counters, identity, nic, options } = machine;
  const { dhcpTimeout, dhcpReqTimeout } = options.eeprom;
  const deadline = clock.monotonic() + dhcpTimeout;
  let awaited: { xid: number; mac: string; type: 2 | 5 } = { xid: 0, mac: identity.mac, type: 2 };
  let heard: Heard | undefined;
  let refused = 'no OFFER';
  nic.onDhcp = (bytes, from) => {
    const packet = dhcpMessage(bytes);
    const verdict = packet && readEepromReply(packet, from, awaited);
    if (!verdict || heard) return;
    if ('refused' in verdict) {
      counters.offersRefused++;
      refused = verdict.refused;
      return;
    }
    heard = { reply: verdict.reply, server: serverIdentifier(packet as Dhcpv4Packet, from) };
    machine.wake();
  };
  const patience = () => Math.min(dhcpReqTimeout, deadline - clock.monotonic());
  const listen = (type: 2 | 5, xid: number) => {
    heard = undefined;
    awaited = { xid, mac: identity.mac, type };
  };

  while (clock.monotonic() < deadline) {
    const xid = random32(machine.random);
    listen(2, xid);
    counters.discovers++;
    nic.sendDhcp(discover('4B-eeprom', identity, xid));
    if (!(yield* waitFor(clock, patience(), () => heard !== undefined))) continue;
    counters.offers++;
    const offered = heard as unknown as Heard;
    listen(5, xid);
    counters.requests++;
    const chosen = { address: addressValue(offered.reply.address), server: offered.server };
    nic.sendDhcp(eepromRequest(identity, xid, chosen));
    if (!(yield* waitFor(clock, patience(), () => heard !== undefined))) {
      refused = 'no ACK';
      continue;
    }
    const { reply } = heard as unknown as Heard;
    nic.onDhcp = undefined;
    nic.address = reply.address;
    const mac = yield* resolveMac(machine, reply.bootServer);
    return mac === undefined
      ? `boot server ${reply.bootServer} does not answer ARP`
      : { mac, address: reply.bootServer };
  }
  nic.onDhcp = undefined;
  return `${refused} within ${dhcpTimeout} ms`;
}

function serverIdentifier(packet: Dhcpv4Packet, from: Ipv4): Uint8Array {
  return packet.options.get(DhcpOption.serverIdentifier) ?? addressValue(from);
}
