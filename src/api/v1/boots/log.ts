/** What the rack saw of a boot, as lines of text: there is no serial console, so this is what can be read of it. */
import type { Milestone } from '../../../rack/milestone.ts';
import type { BootView } from '../../control/boot-views.ts';

const WORDS: Readonly<Record<Milestone, string>> = Object.freeze({
  power_on: 'power is on',
  discover: 'DHCP: the firmware asks for an address',
  offer: 'DHCP: an address is offered',
  first_request: 'TFTP: the first file is asked for',
  firmware_sent: 'TFTP: the firmware is sent',
  kernel_sent: 'TFTP: the kernel is sent',
  kernel_dhcp: 'DHCP: the kernel asks for an address',
  root_mounted: 'NFS: the root is mounted',
  ssh_up: 'SSH: the server answers',
});

interface Line {
  readonly at: number;
  readonly text: string;
}

/** In order of time. `recent` are the last signs of life of a boot that goes on: each file, each repeated request. */
export function linesOf(boot: BootView, recent: readonly Line[]): string[] {
  const milestones = boot.steps.map(({ milestone, at, detail }): Line => {
    // What is seen of power is a port of a switch.
    const more = detail === '' || milestone === 'power_on' ? '' : ` (${detail})`;
    return { at, text: `${WORDS[milestone]}${more}` };
  });
  const told = new Set(boot.steps.map(({ at }) => at));
  const others = recent.filter(({ at }) => at >= boot.startedAt && !told.has(at as never));
  const lines = [...milestones, ...others].sort((one, other) => one.at - other.at);
  const sums = boot.loads.map(
    ({ stage, requests, missing, files, broken, bytes, retransmits }) =>
      `TFTP after ${stage}: ${requests} requests, ${files} files, ${bytes} bytes, ${missing} not there, ${broken} broken off, ${retransmits} blocks sent again`,
  );
  const end = boot.cause === undefined ? [] : [`it stood still: ${boot.cause}`];
  return [...lines.map(({ at, text }) => `${stamp(at - boot.startedAt)} ${text}`), ...sums, ...end];
}

/** As a kernel's log has it. */
const stamp = (millis: number) => `[${(Math.max(0, millis) / 1000).toFixed(3).padStart(9)}]`;
