/** Run in a sealed bundle: a board pings the controller, and then the world through it, more often than a leg may. */
import { pino } from 'pino';
import { Firewall, firewallFor } from '../../../src/net/firewall/index.ts';
import { openPacket } from '../../../src/net/packet.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { KINDS6 } from '../../support/flood/kinds6.ts';
import { makePlan } from '../../support/plan.ts';
import { answer, quiet, sh } from '../support/bench-of-legs.ts';

const PINGS = 200;
const plan = makePlan(1);
const [slot] = plan.slots;
if (slot === undefined) throw new Error('expected a plan of one slot');
const MAC = '02:00:00:00:00:02';
sh(`ip netns add b1
  ip link add ${slot.leg} address ${MAC} type veth peer name eth0 netns b1
  ip -n b1 link set eth0 up; ip link set ${slot.leg} up`);
const firewall = new Firewall({
  specs: [firewallFor(plan, { tftp: [40001], tftp6: [] })],
  clock: realClock,
  log: pino({ level: 'silent' }),
  changed: (text) => {
    throw new Error(text);
  },
});
await firewall.start();
const board = openPacket({ ifname: 'eth0', netns: '/run/netns/b1' });

async function over(to: string): Promise<number> {
  const before = await dropped();
  const leg = {
    board: parseIpv4(slot?.ipv4.board ?? ''),
    controller: parseIpv4(slot?.ipv4.controller ?? ''),
    board6: ipv6Bytes(slot?.ipv6.board ?? ''),
    controller6: ipv6Bytes(to),
    controllerMac: parseMac(MAC),
  };
  for (let i = 0; i < PINGS; i++) board.send(KINDS6.echo6(leg, parseMac('02:00:00:00:00:09')));
  board.flush();
  await quiet(300);
  return (await dropped()) - before;
}

async function dropped(): Promise<number> {
  const { stdout } = await run('nft', ['list', 'chain', 'inet', 'pirack', 'leg-limits']);
  return Number(/counter packets (\d+) .*comment "over-icmp6 /.exec(stdout)?.[1] ?? Number.NaN);
}

const world = await over('2001:db8:ffff::1');
answer({ world, controller: await over(slot.ipv6.controller) });
firewall.stop();
board.close();
