/** The cables of a rack follow the VLANs of its switch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from '../../../../src/net/run.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import { netnsPath } from '../../../../src/sim/fabric/layout.ts';
import type { SwitchView } from '../../../../src/sim/process/switch-control.ts';
import { TestRack } from './rack.ts';
import { Station } from './station.ts';

const VLAN_STATIC = '1.3.6.1.2.1.17.7.1.4.3.1';
const EGRESS = `${VLAN_STATIC}.2`;
const UNTAGGED = `${VLAN_STATIC}.4`;
const ROW_STATUS = `${VLAN_STATIC}.5`;
const PVID = '1.3.6.1.2.1.17.7.1.4.5.1.1';

/** Two boards, three namespaces without one, a guest; the uplink is port 7. */
const MODELS = ['3B', '3B+', undefined, undefined, undefined, 'qemu'] as const;
const UPLINK = 7;

/** One octet of a PortList (RFC 4363): port 1 is the highest bit. */
const portList = (...ports: number[]) => ports.reduce((sum, port) => sum | (0x80 >> (port - 1)), 0).toString(16);

const stationOf = (slot: number) => new Station(slot, 'eth0', netnsPath(`b${String(slot).padStart(3, '0')}`));
const legOf = (slot: number) => new Station(100 + slot, `vlan${100 + slot}`);

async function islands(): Promise<string[]> {
  const { stdout } = await run('ip', ['-n', 'sw', '-json', 'link', 'show', 'type', 'bridge']);
  return (JSON.parse(stdout) as { ifname: string }[])
    .map(({ ifname }) => ifname)
    .filter((name) => name.startsWith('i'));
}

/** What the kernel says of links in the switch namespace, from now on. */
async function watchLinks() {
  const monitor = spawn('ip', ['-n', 'sw', 'monitor', 'link'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  monitor.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // It listens when it has heard something.
  for (let tries = 0; text === ''; tries += 1)
    await run('ip', ['-n', 'sw', 'link', 'set', 'dev', 'lo', 'alias', `${tries}`]);
  return {
    async until(pattern: RegExp): Promise<void> {
      while (!pattern.test(text)) await once(monitor.stdout, 'data');
      monitor.kill('SIGTERM');
    },
  };
}

export const vlanScenarios = {
  /** Stations without a board, moved about. */
  async moves(outside: Namespaces) {
    const rack = await TestRack.start(outside, MODELS);
    const [third, fourth, fifth] = [stationOf(3), stationOf(4), stationOf(5)];
    const [leg1, leg3, leg4, leg5] = [legOf(1), legOf(3), legOf(4), legOf(5)];
    const start = await Promise.all(MODELS.map((_, place) => rack.bridge(place + 1)));

    third.say(1);
    await leg3.hears(1);
    // Two in a VLAN that no uplink carries.
    await rack.move(3, 300);
    await rack.move(4, 300);
    third.say(2);
    await fourth.hears(2);
    fourth.say(3);
    await third.hears(3);
    leg3.say(4);
    leg4.say(5);
    const island = await islands();
    // In the VLAN of another slot.
    await rack.move(5, 101);
    fifth.say(6);
    await leg1.hears(6);
    leg1.say(7);
    await fifth.hears(7);
    // A guest's tap, which has no guest yet.
    await rack.move(6, 300);
    const guest = await rack.bridge(6);
    for (const slot of [3, 4, 5, 6]) await rack.move(slot, 100 + slot);
    third.say(8);
    await leg3.hears(8);
    fourth.say(9);
    await leg4.hears(9);
    fifth.say(10);
    await leg5.hears(10);
    // All that was said has been heard by whoever hears it.
    for (const leg of [leg3, leg4, leg5]) leg.say(11);
    for (const station of [third, fourth, fifth]) await station.hears(11);

    return {
      start,
      island,
      guest,
      left: await islands(),
      heard: Object.fromEntries(
        Object.entries({ third, fourth, fifth, leg1, leg3, leg4, leg5 }).map(([name, { heard }]) => [name, heard]),
      ),
      code: await rack.stop(),
    };
  },

  /** A port that gets tagged frames, by a mistake of the manager; and a switch that restarts. */
  async tags(outside: Namespaces) {
    const rack = await TestRack.start(outside, MODELS);
    const [third, leg3, leg4] = [stationOf(3), legOf(3), legOf(4)];
    const fourth = stationOf(4);
    await rack.set(`${EGRESS}.104`, 'x', portList(3, 4, UPLINK));
    await rack.untilBridge(3, undefined);
    leg3.say(1);
    leg4.say(2, 104);
    leg4.say(3);
    await fourth.hears(3);
    const tagged = { bridge: (await rack.bridge(3)) ?? null, vlan: await rack.slotVlan(3) };
    await rack.set(`${EGRESS}.104`, 'x', portList(4, UPLINK));
    await rack.untilBridge(3, 'br103');
    leg3.say(4);
    await third.hears(4);

    const links = await watchLinks();
    const restarting = (await rack.get('/switches/sw1/reboot', 'POST')).body as SwitchView;
    const twice = await rack.get('/switches/sw1/reboot', 'POST');
    const hand = await rack.get('/switches/sw1/ports/3/vlan', 'POST', { vlan: 5 });
    await links.until(/^Deleted \d+: p3@.* master br103 /m);
    await rack.untilBridge(3, 'br103');
    leg3.say(5);
    await third.hears(5);
    return {
      tagged,
      tags: third.tags,
      heard: third.heard,
      restarting: { up: restarting.up, ports: restarting.ports.filter(({ vlan }) => vlan !== undefined) },
      refused: [twice, hand],
      code: await rack.stop(),
    };
  },

  /** A board in the wrong VLAN, then in the right one, and taken out of it while it is up. */
  async wrong(outside: Namespaces) {
    const rack = await TestRack.start(outside, MODELS);
    const server = rack.serve(1);
    const beside = stationOf(5);
    await rack.move(5, 101);
    await rack.move(1, 300);
    await rack.power(1, true);
    const wrong = await rack.until(1, ({ counters }) => counters.discovers > 1);
    const asked = server.dhcp.length;
    await rack.power(1, false);
    await rack.until(1, ({ stage }) => stage === 'off');
    await rack.move(1, 101);
    await rack.power(1, true);
    const right = await rack.until(1, ({ stage }) => stage === 'os-mount');

    const ear = stationOf(1);
    const leg = legOf(1);
    leg.say(1);
    await ear.hears(1);
    await rack.move(1, 300);
    leg.say(2);
    await beside.hears(2);
    await rack.move(1, 101);
    leg.say(3);
    await ear.hears(3);
    return { wrong, asked, right, heard: ear.heard.filter((word) => word < 10), code: await rack.stop() };
  },

  /** A switch as out of the box: everybody hears everybody but the controller, until VLANs are made by SNMP. */
  async blank(outside: Namespaces) {
    const rack = await TestRack.start(outside, MODELS, ['--vlans', 'blank']);
    const server = rack.serve(1);
    const [third, fourth, leg3] = [stationOf(3), stationOf(4), legOf(3)];
    const start = await Promise.all(MODELS.map((_, place) => rack.bridge(place + 1)));
    await rack.power(1, true);
    await rack.until(1, ({ counters }) => counters.discovers > 0);
    third.say(1);
    await fourth.hears(1);
    leg3.say(2);
    const asked = server.dhcp.length;
    await rack.power(1, false);
    await rack.until(1, ({ stage }) => stage === 'off');

    const vlan = 101;
    await rack.set(`${ROW_STATUS}.${vlan}`, 'i', '4');
    await rack.set(`${EGRESS}.${vlan}`, 'x', portList(1, UPLINK), `${UNTAGGED}.${vlan}`, 'x', portList(1));
    await rack.set(`${PVID}.1`, 'u', String(vlan));
    const rest = portList(2, 3, 4, 5, 6, UPLINK);
    await rack.set(`${EGRESS}.1`, 'x', rest, `${UNTAGGED}.1`, 'x', rest);
    await rack.untilBridge(1, 'br101');
    await rack.power(1, true);
    const right = await rack.until(1, ({ stage }) => stage === 'os-mount');
    return {
      start,
      asked,
      right,
      heard: { third: third.heard, fourth: fourth.heard, leg: leg3.heard },
      code: await rack.stop(),
    };
  },
};
