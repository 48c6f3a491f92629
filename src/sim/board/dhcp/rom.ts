/** DHCP of a Pi 3's ROM and of bootcode.bin: DISCOVER, and whatever OFFER comes is taken without a REQUEST (pi-boot §1.2). */
import { type DiscoverStage, ROM_DISCOVER_COUNT, ROM_DISCOVER_INTERVAL_MS } from '../../../pi/rom.ts';
import { dhcpMessage, resolveMac } from '../boot/link.ts';
import type { Machine } from '../machine.ts';
import { pause, type Script, waitFor } from '../script.ts';
import type { FileServer } from '../tftp/fetch.ts';
import { discover } from './discover.ts';
import { BuggyReceiver } from './receive-bug.ts';
import { type BootReply, readRomOffer } from './reply.ts';

/** Five DISCOVERs, five seconds apart; undefined when that is over: the ROM does not try again (pi-boot §1.6). */
export function* romDhcp(machine: Machine, stage: DiscoverStage): Script<FileServer | undefined> {
  const { clock, counters, identity, nic, options } = machine;
  const buggy = identity.model === '3B' && options.isolatedPortBug ? new BuggyReceiver() : undefined;
  const reader = stage === '3B-rom' ? 'rom-3B' : 'rom';
  const message = discover(stage, identity);
  let taken: BootReply | undefined;
  nic.onDhcp = (bytes, from) => {
    const packet = dhcpMessage(bytes);
    const verdict = packet && readRomOffer(packet, from, reader);
    if (!verdict) return;
    if ('refused' in verdict) {
      counters.offersRefused++;
      return;
    }
    counters.offers++;
    take(buggy ? buggy.frame(clock.monotonic(), verdict.reply) : verdict.reply);
  };
  if (buggy) nic.onAnyFrame = () => take(buggy.frame(clock.monotonic(), undefined));
  function take(reply: BootReply | undefined): void {
    if (!reply) return;
    taken ??= reply;
    machine.wake();
  }

  for (let i = 0; i < ROM_DISCOVER_COUNT; i++) {
    const next = clock.monotonic() + ROM_DISCOVER_INTERVAL_MS;
    taken = undefined;
    counters.discovers++;
    buggy?.start(clock.monotonic());
    nic.sendDhcp(message);
    if (yield* waitFor(clock, ROM_DISCOVER_INTERVAL_MS, () => taken !== undefined)) {
      const { address, bootServer } = taken as unknown as BootReply;
      nic.address = address;
      const mac = yield* resolveMac(machine, bootServer);
      if (mac !== undefined) {
        nic.onDhcp = undefined;
        nic.onAnyFrame = undefined;
        return { mac, address: bootServer };
      }
      machine.enter('rom-dhcp', `boot server ${bootServer} does not answer ARP`);
      yield* pause(clock, next - clock.monotonic());
    }
  }
  return undefined;
}
