import { expect, it } from 'vitest';
import { IpBatchFailed, type IpCommand } from '../../src/net/iproute.ts';
import { Kernel6Routes } from '../../src/net/kernel6.ts';
import type { Ipv6 } from '../../src/wire/address.ts';

const via = 'fe80::2' as Ipv6;
const prefix = (n: number) => `2001:db8:4000:${n}00::/56`;

/** An `ip` that runs until it is told to end, and a clock. */
function rig() {
  const runs: { commands: readonly IpCommand[]; end: () => void; fail: (cause: unknown) => void }[] = [];
  let now = 0;
  const kernel = new Kernel6Routes(
    (commands) => new Promise<void>((end, fail) => void runs.push({ commands, end, fail })),
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
  };
  return { kernel, runs, pass };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

it('what is asked for in one turn is one run, and what comes meanwhile is the next', async () => {
  const { kernel, runs } = rig();
  const first = [1, 2].map((n) => kernel.setRoute(`vlan${n}`, prefix(n), via));
  await turn();
  const second = [3, 4, 5].map((n) => kernel.setRoute(`vlan${n}`, prefix(n), via));
  await turn();
  expect(runs.map(({ commands }) => commands.length)).toEqual([2]);
  runs[0]?.end();
  await Promise.all(first);
  await turn();
  expect(runs.map(({ commands }) => commands.length)).toEqual([2, 3]);
  runs[1]?.end();
  await Promise.all(second);
});

it('a route that was set a moment ago is not set again, unless it goes elsewhere or was taken away', async () => {
  const { kernel, runs, pass } = rig();
  const set = async (hop: string) => {
    const done = kernel.setRoute('vlan1', prefix(1), hop as Ipv6);
    await turn();
    runs.at(-1)?.end();
    await done;
    return runs.length;
  };
  expect(await set('fe80::2')).toBe(1);
  expect(await set('fe80::2')).toBe(1);
  expect(await set('fe80::3')).toBe(2);
  const gone = kernel.deleteRoute('vlan1', prefix(1));
  await turn();
  runs.at(-1)?.end();
  await gone;
  expect(await set('fe80::3')).toBe(4);
  pass(10_000);
  expect(await set('fe80::3')).toBe(5);
});

it('a failure is told to whom it is about, and is not taken for a route', async () => {
  const { kernel, runs } = rig();
  const [good, bad] = [1, 2].map((n) => kernel.setRoute(`vlan${n}`, prefix(n), via)) as [Promise<void>, Promise<void>];
  await turn();
  const failed = runs[0]?.commands[1] as IpCommand;
  runs[0]?.fail(new IpBatchFailed([{ command: failed, message: 'No such device' }], undefined, undefined));
  await good;
  await expect(bad).rejects.toThrow(/^ip route replace 2001:db8:4000:200::\/56 .*No such device/);
  const again = kernel.setRoute('vlan2', prefix(2), via);
  await turn();
  expect(runs).toHaveLength(2);
  runs[1]?.end();
  await again;
});
