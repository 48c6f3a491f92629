/**
 * What the servers serve. On the rack's legs each board has a wire of its own, which is what pirack is made for. On the
 * segment all boards are on one wire and in one subnet, which is what the others are made for and pirack never sees.
 */
import { Interfaces } from '../../../src/net/interfaces.ts';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { type Ipv4, type Ipv6, type Mac, parseMac } from '../../../src/wire/address.ts';
import { BenchFailed } from '../bench.ts';
import { BOARDS_NETNS, boardInterface, makeLegs } from '../support/legs.ts';

/** What a server gives out on one interface. */
export interface Served {
  readonly id: number;
  readonly interface: string;
  readonly ipv4: { readonly subnet: string; readonly server: Ipv4; readonly from: string; readonly to: string };
  readonly ipv6: { readonly subnet: string; readonly from: string; readonly to: string };
}

/** A board as the load plays it. */
export interface Board {
  readonly ifindex: number;
  readonly mac: Mac;
  /** It alone has its wire, and its MAC is that of its interface: answers may be unicast. */
  readonly alone: boolean;
  readonly server4: Ipv4;
  /** What it must be given; undefined: whatever it is offered first. */
  readonly address4: Ipv4 | undefined;
  readonly address6: Ipv6 | undefined;
}

export interface Wires {
  readonly served: readonly Served[];
  readonly boards: readonly Board[];
}

const SEGMENT = 'segment';
const SEGMENT_SERVER = '10.21.0.1' as Ipv4;

/** Makes both, once, in the bundle. */
export async function makeWires(slots: readonly SlotPlan[]): Promise<{ legs: Wires; segment: Wires }> {
  await makeLegs(slots, { addressed: true });
  await run('ip', ['link', 'add', SEGMENT, 'type', 'veth', 'peer', 'name', 'boards', 'netns', 'boards']);
  const lines = [
    ...slots.map(({ leg, ipv6 }) => `addr add ${ipv6.controller}/64 dev ${leg}`),
    `addr add ${SEGMENT_SERVER}/16 dev ${SEGMENT}`,
    `addr add 2001:db8:21::1/64 dev ${SEGMENT}`,
    `link set ${SEGMENT} up`,
  ];
  await run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  const ends = ['addr add 10.21.0.2/16 dev boards', 'link set boards up'];
  await run('ip', ['-n', 'boards', '-batch', '-'], { input: `${ends.join('\n')}\n` });
  await linkLocals(slots.length + 1);
  const macs = await boardMacs();
  const interfaces = new Interfaces({ netns: BOARDS_NETNS });
  const index = (name: string) => interfaces.index(name) as number;
  return {
    legs: {
      served: slots.map(servedOnLeg),
      boards: slots.map((slot) => ({
        ifindex: index(boardInterface(slot)),
        mac: macs.get(boardInterface(slot)) as Mac,
        alone: true,
        server4: slot.ipv4.controller,
        address4: slot.ipv4.board,
        address6: slot.ipv6.board,
      })),
    },
    segment: {
      served: [SERVED_ON_SEGMENT],
      boards: slots.map(({ slot }) => ({
        ifindex: index('boards'),
        mac: parseMac(`02:00:00:00:00:${slot.toString(16).padStart(2, '0')}`),
        alone: false,
        server4: SEGMENT_SERVER,
        address4: undefined,
        address6: undefined,
      })),
    },
  };
}

function servedOnLeg({ slot, leg, ipv4, ipv6 }: SlotPlan): Served {
  return {
    id: slot,
    interface: leg,
    ipv4: { subnet: ipv4.network, server: ipv4.controller, from: ipv4.board, to: ipv4.board },
    ipv6: { subnet: ipv6.network, from: ipv6.board, to: ipv6.board },
  };
}

const SERVED_ON_SEGMENT: Served = {
  id: 1,
  interface: SEGMENT,
  ipv4: { subnet: '10.21.0.0/16', server: SEGMENT_SERVER, from: '10.21.1.0', to: '10.21.3.255' },
  ipv6: { subnet: '2001:db8:21::/64', from: '2001:db8:21::1000', to: '2001:db8:21::1fff' },
};

async function boardMacs(): Promise<ReadonlyMap<string, Mac>> {
  const { stdout } = await run('ip', ['-n', 'boards', '-j', 'link']);
  const links = JSON.parse(stdout) as { ifname: string; address: string }[];
  return new Map(links.map(({ ifname, address }) => [ifname, parseMac(address)]));
}

/** DHCPv6 goes by link-local addresses, which come a moment after the links. */
async function linkLocals(wires: number): Promise<void> {
  const count = async (where: readonly string[]) => {
    const { stdout } = await run('ip', [...where, '-6', '-o', 'addr', 'show', 'scope', 'link', '-tentative']);
    return stdout.split('\n').filter((line) => line.includes('fe80:')).length;
  };
  for (let look = 0; look < 200; look++) {
    if ((await count([])) >= wires && (await count(['-n', 'boards'])) >= wires) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new BenchFailed(`the ${wires} wires have no link-local addresses after 200 looks`);
}
