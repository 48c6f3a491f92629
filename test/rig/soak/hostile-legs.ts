/** Boards of a served rack that are nobody's friends: empty namespaces, from which is flooded. */
import { resolve } from 'node:path';
import type { RigRack } from '../rack.ts';

const FLOOD = resolve(import.meta.dirname, '../../support/flood/flood.ts');

export interface FloodOrder {
  /** Frames a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Comma-separated; everything if left out. */
  readonly kinds?: string;
}

export interface Flooded {
  readonly sent: number;
  /** Frames that the hostile board itself could not send in time, or was refused. */
  readonly dropped: number;
  readonly errors: number;
  readonly heard: number;
  readonly greedyAcks: number;
}

/** The addresses of rackFile()'s racks. */
const addresses = (slot: number) => ({
  board: `10.20.0.${(slot - 1) * 4 + 2}`,
  controller: `10.20.0.${(slot - 1) * 4 + 1}`,
  board6: `2001:db8:20:${slot.toString(16)}::2`,
  controller6: `2001:db8:20:${slot.toString(16)}::1`,
});

/** Gives the namespace of a slot the board's addresses, as its tenant would. */
export async function inhabit(rack: RigRack, slot: number): Promise<void> {
  const { board, controller, board6, controller6 } = addresses(slot);
  const { code, stderr } = await rack.inside(`slot:${slot}`, [
    'sh',
    '-ec',
    `echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6; echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
     ip link set lo up; ip link set eth0 up; ip addr replace ${board}/30 dev eth0
     ip -6 addr replace ${board6}/64 dev eth0 nodad
     ip route replace default via ${controller}; ip -6 route replace default via ${controller6}`,
  ]);
  if (code !== 0) throw new Error(`slot ${slot} cannot be moved into: ${stderr}`);
}

/** On a machine that is busy a flood begins minutes after it was asked for. Milliseconds. */
const LATE = 300_000;

/** Resolves when the flood is over. */
export async function flood(rack: RigRack, slot: number, { rate, seconds, kinds }: FloodOrder): Promise<Flooded> {
  const leg = await rack.inside('controller', ['ip', '-json', 'link', 'show', 'dev', `vlan${100 + slot}`]);
  if (leg.code !== 0) throw new Error(`the controller's address on slot ${slot}'s leg cannot be read: ${leg.stderr}`);
  const named = {
    ...addresses(slot),
    mac: (JSON.parse(leg.stdout) as { address: string }[])[0]?.address ?? '',
    rate: String(rate),
    seconds: String(seconds),
  };
  const args = Object.entries(kinds === undefined ? named : { ...named, kinds }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', FLOOD, ...args];
  // The sender's own work is not what is measured: it stands behind everything else on these cores.
  const { code, stdout, stderr } = await rack.inside(
    `slot:${slot}`,
    ['nice', '-n', '5', ...command],
    seconds * 1000 + LATE,
  );
  if (code !== 0) throw new Error(`the flood from slot ${slot} ended with code ${code}: ${stderr}`);
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '') as Flooded;
}
