/** DHCP: 108 boards in closed loop, full exchanges, each server's leases in a file on this machine's disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, BenchContext, Comparison, Measured, Sample, Units } from '../bench.ts';
import { type ServerCommand, startServer } from '../support/server.ts';
import { DhcpLoad } from './load.ts';
import { speak4 } from './load4.ts';
import { speak6 } from './load6.ts';
import { dnsmasq, type Family, kea, pirack } from './servers.ts';
import { type Board, makeWires } from './wires.ts';

/** Not measured: databases are opened, code gets warm. */
const WARM_UP = 1000;
const MEASURED = 3000;

const UNITS: Units = { rate: 'exchanges/s', cpu: 's/million', workPerRate: 1, workPerCpu: 1e6 };

export const dhcp4Bench: Bench = { prepare: (context) => prepare(context, 4) };
export const dhcp6Bench: Bench = { prepare: (context) => prepare(context, 6) };

/** On the rack's legs all three do the same. On the segment the others do what suits them, pirack still serves legs. */
async function prepare(context: BenchContext, family: Family): Promise<readonly Comparison[]> {
  const { legs, segment } = await makeWires(context.plan.slots);
  const measured = (boards: readonly Board[], command: (directory: string) => ServerCommand): Measured => ({
    sample: () => sample(family, boards, command),
  });
  const ours = measured(legs.boards, (directory) => pirack(family, directory));
  const row = (bench: string, peer: typeof dnsmasq, { served, boards }: typeof legs): Comparison => ({
    ...{ bench, peer: peer.name, units: UNITS, ours },
    theirs: measured(boards, (directory) => peer(context, family, served, directory)),
  });
  return [
    row(`dhcp${family}`, dnsmasq, legs),
    row(`dhcp${family}`, kea, legs),
    row(`dhcp${family}-segment`, dnsmasq, segment),
    row(`dhcp${family}-segment`, kea, segment),
  ];
}

async function sample(
  family: Family,
  boards: readonly Board[],
  command: (directory: string) => ServerCommand,
): Promise<Sample> {
  // On disk and not in the bundle's memory: to be durable is part of the work.
  const directory = mkdtempSync(join(tmpdir(), 'pirack-bench-dhcp-'));
  try {
    const server = await startServer(command(directory));
    const load = new DhcpLoad(boards.length);
    load.start(family === 4 ? speak4(boards, load) : speak6(boards, load));
    await pause(WARM_UP);
    const before = { cpu: server.cpuSeconds(), at: performance.now(), ...load.totals() };
    await pause(MEASURED);
    const after = { cpu: server.cpuSeconds(), at: performance.now(), ...load.totals() };
    load.stop();
    await server.stop();
    return {
      work: after.exchanges - before.exchanges,
      seconds: (after.at - before.at) / 1000,
      cpuSeconds: after.cpu - before.cpu,
      extra: { lost: after.lost - before.lost },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
