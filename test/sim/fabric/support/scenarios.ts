/** What is played inside a test's bundle; each gives plain data that its test looks at. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../../../src/net/run.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import { buildFabric } from '../../../../src/sim/fabric/build.ts';
import { guestScenario } from './guest-scenario.ts';
import { osScenario } from './os-scenario.ts';
import { testPlan } from './plan.ts';
import { legWire, TestRack } from './rack.ts';
import { vlanScenarios } from './vlan-scenarios.ts';

export const scenarios: Readonly<Record<string, (outside: Namespaces) => Promise<unknown>>> = {
  /** Makes the fabric of four slots and reads back what there is. */
  async fabric(outside) {
    const plan = testPlan({ models: ['3B', '4B', 'qemu', undefined], switchAddress: '2001:db8:ffff::11' });
    await buildFabric(plan, outside);
    const again = await buildFabric(plan, outside).then(
      () => 'built twice',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    const links = async (...netns: string[]) => {
      const { stdout } = await run('ip', [...netns, '-json', '-details', 'link', 'show']);
      return (JSON.parse(stdout) as Record<string, unknown>[]).map(({ ifname, master, address, flags }) => ({
        ifname,
        master,
        address,
        up: (flags as string[]).includes('UP'),
      }));
    };
    const sysctl = async (netns: string, name: string) => {
      const { stdout } = await run('nsenter', [`--net=/run/netns/${netns}`, 'cat', `/proc/sys/net/ipv6/conf/${name}`]);
      return stdout.trim();
    };
    return {
      again,
      namespaces: (await run('ip', ['netns', 'list'])).stdout
        .split('\n')
        .map((line) => line.split(' ')[0])
        .sort(),
      controller: await links(),
      switch: await links('-n', 'sw'),
      board: await links('-n', 'b002'),
      ipv6Off: [await sysctl('b001', 'eth0/disable_ipv6'), await sysctl('sw', 'br101/disable_ipv6')],
      routes: (await run('ip', ['-6', 'route', 'show', 'dev', 'mgmt0'])).stdout,
      switchAddresses: (await run('ip', ['-n', 'sw', '-6', 'addr', 'show', 'dev', 'mgmt0'])).stdout,
    };
  },

  /** Three models from cold to the point where they want their root, and back to cold. */
  async boards(outside) {
    const rack = await TestRack.start(outside, ['3B', '3B+', '4B', '3B']);
    const slots = [1, 2, 3];
    const servers = slots.map((slot) => rack.serve(slot));
    const before = { link: await rack.link(1), status: await rack.board(1), detection: await rack.detection(1) };
    for (const slot of slots) await rack.power(slot, true);
    const booted = [];
    for (const slot of slots) booted.push(await rack.until(slot, ({ stage }) => stage === 'os-mount'));
    const during = { link: await rack.link(1), detection: await rack.detection(1), other: await rack.link(4) };
    const addresses = (await run('ip', ['-n', 'b001', '-brief', 'addr', 'show', 'eth0'])).stdout;
    const rebooted = await rack.get('/boards/2/reboot', 'POST');
    const again = await rack.until(2, ({ stage, bootCount }) => stage === 'os-mount' && bootCount === 2);
    for (const slot of slots) await rack.power(slot, false);
    for (const slot of slots) await rack.until(slot, ({ stage }) => stage === 'off');
    const after = { link: await rack.link(1), status: await rack.board(1) };
    // What the kernel had of a board is taken away by a process of its own.
    let left = '';
    let processes = '';
    for (let i = 0; i < 200; i++) {
      left = (await run('ip', ['-n', 'b001', '-brief', 'addr', 'show', 'eth0'])).stdout;
      processes = (await run('ps', ['-eo', 'args'])).stdout;
      if (!/10\.21|fd20|fe80/.test(left) && !/nsenter|nfs-/.test(processes)) break;
      await pause(50);
    }
    const list = await rack.get('/boards');
    return {
      before,
      during,
      after,
      booted,
      addresses,
      rebooted,
      again,
      left,
      list,
      processes,
      offers: servers.map((server) => server.dhcp.length),
      code: await rack.stop(),
      log: readFileSync('/run/state/sim.log', 'utf8'),
    };
  },

  /** A 3B that is sent a tagged frame, between two that are not. */
  async tagged(outside) {
    const rack = await TestRack.start(outside, ['3B', '3B', '3B+']);
    // No OFFER: the boards stay in their ROM, where a tag hurts.
    for (const slot of [1, 2, 3]) rack.serve(slot, { dhcpDelay: () => undefined });
    for (const slot of [1, 2, 3]) await rack.power(slot, true);
    for (const slot of [1, 2, 3]) await rack.until(slot, ({ counters }) => counters.discovers > 0);
    for (const slot of [1, 3]) {
      const wire = legWire(rack.slot(slot).leg);
      wire.send(taggedFrame(300));
    }
    await rack.until(3, ({ counters }) => counters.taggedFrames > 0);
    await rack.until(1, ({ stage }) => stage === 'hung');
    return {
      hung: await rack.board(1),
      spared: await rack.board(2),
      plus: await rack.board(3),
      code: await rack.stop(),
    };
  },

  /** Two 3Bs in one VLAN, which no rack may have; one OFFER, by broadcast. */
  async shared(outside) {
    const rack = await TestRack.start(outside, ['3B', '3B']);
    await rack.move(2, 101);
    // The second DISCOVER comes while the first one's answer is still being thought about; it gets none of its own.
    const server = rack.serve(1, {
      broadcast: true,
      files: new Map(),
      dhcpDelay: (count) => (count === 1 ? 3000 : undefined),
    });
    for (const slot of [1, 2]) await rack.power(slot, true);
    const boards = [];
    for (const slot of [1, 2]) boards.push(await rack.until(slot, ({ stage }) => stage === 'hung'));
    return { boards, asked: server.dhcp.map(({ packet }) => packet.chaddr), board: rack.slot(1).ipv4.board };
  },

  os: osScenario,
  guest: guestScenario,
  ...vlanScenarios,
};

function taggedFrame(vlan: number): Uint8Array {
  const frame = new Uint8Array(64).fill(0xff, 0, 6);
  frame.set([0x02, 0, 0, 0, 0, 9, 0x81, 0x00, vlan >>> 8, vlan & 255, 0x08, 0x42], 6);
  return frame;
}
