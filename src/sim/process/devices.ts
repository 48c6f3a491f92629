/** What is plugged into the ports of a virtual rack: a simulated board or a guest for every slot that has one. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Plan, SlotPlan } from '../../rack/plan.ts';
import { VirtualBoard } from '../board/board.ts';
import { boardIdentity } from '../board/identity.ts';
import { DEFAULT_OPTIONS } from '../board/options.ts';
import { seededRandom } from '../board/random.ts';
import type { BoardStatus } from '../board/status.ts';
import type { Phy } from '../board/wire.ts';
import { boardPort } from '../fabric/board-port.ts';
import { portLink } from '../fabric/layout.ts';
import type { PortLinks } from '../fabric/links.ts';
import { QemuGuest } from '../guest/qemu.ts';
import type { PoweredDevice } from '../switch/pse.ts';
import type { SimArguments } from './arguments.ts';

export interface Device extends PoweredDevice {
  status(): BoardStatus;
  /** Undefined where only a power cut restarts it. */
  reboot?(): void;
  /** Stops it where it stands, with its power on. Undefined for guests. */
  hang?(): void;
}

export interface DeviceParts {
  readonly links: PortLinks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<SimArguments, 'speed' | 'seed' | 'isolatedPortBug' | 'digest' | 'state'>;
}

/** By slot number. */
export function makeDevices(plan: Plan, parts: DeviceParts): Map<number, Device> {
  const devices = new Map<number, Device>();
  for (const slot of plan.slots) if (slot.simulate !== undefined) devices.set(slot.slot, device(slot, parts));
  return devices;
}

function device({ slot, simulate, netboot }: SlotPlan, { links, clock, log, settings }: DeviceParts): Device {
  const complain = (message: string) => log.warn({ slot }, message);
  if (simulate === 'qemu' || simulate === undefined) {
    const tap = portLink(slot);
    const consoleLog = join(settings.state, 'console', `slot-${String(slot).padStart(3, '0')}.log`);
    const firmware = netboot === 'ipv6' ? 'uefi' : 'u-boot';
    return new QemuGuest({ slot, firmware, tap, phy: tapPhy(tap, links), consoleLog, clock, complain });
  }
  const { speed, seed, isolatedPortBug, digest } = settings;
  const { wire, phy, os } = boardPort({ slot, links, clock, speed, complain });
  return new VirtualBoard({
    identity: boardIdentity(slot, simulate),
    wire,
    phy,
    os,
    clock,
    random: seededRandom(seed * 1_000_003 + slot),
    options: { speed, isolatedPortBug, digest, eeprom: { ...DEFAULT_OPTIONS.eeprom, useIpv6: netboot === 'ipv6' } },
    onStage: ({ stage, reason, bootCount }) => log.info({ slot, stage, boot: bootCount }, reason),
  });
}

/** A tap has a carrier as soon as qemu holds it; nobody waits for it. */
function tapPhy(tap: string, links: PortLinks): Phy {
  let cancel = () => {};
  return {
    up(ready) {
      cancel = links.setUp(tap, ready);
    },
    down() {
      cancel();
      links.setDown(tap);
    },
  };
}
