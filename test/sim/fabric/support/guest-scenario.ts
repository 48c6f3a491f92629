import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../../../src/net/run.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import { TestRack } from './rack.ts';

/** A guest from power-on to u-boot's DHCP, and its end in the middle of that. */
export async function guestScenario(outside: Namespaces) {
  const rack = await TestRack.start(outside, ['qemu']);
  const server = rack.serve(1, { files: new Map() });
  await rack.power(1, true);
  for (let i = 0; i < 600 && server.dhcp.length === 0; i++) await pause(100);
  const running = await rack.board(1);
  const link = await rack.link(1);
  const reboot = await rack.get('/boards/1/reboot', 'POST');
  const during = (await run('ps', ['-eo', 'args'])).stdout;
  await rack.power(1, false);
  const off = await rack.until(1, ({ stage }) => stage === 'off');
  let after = '';
  for (let i = 0; i < 100; i++) {
    after = (await run('ps', ['-eo', 'args'])).stdout;
    if (!after.includes('qemu-system')) break;
    await pause(50);
  }
  return {
    running,
    link,
    reboot,
    during,
    off,
    after,
    asked: server.dhcp.map(({ packet }) => packet.chaddr),
    console: readFileSync('/run/state/console/slot-001.log', 'utf8'),
    code: await rack.stop(),
  };
}
