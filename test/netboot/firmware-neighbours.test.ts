import { beforeEach, expect, it } from 'vitest';
import { FirmwareNeighbours } from '../../src/netboot/firmware-neighbours.ts';
import { seconds, slotNumber } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { type Ipv6, parseMac } from '../../src/wire/address.ts';

const leg = { slot: slotNumber(1), interface: 'vlan101', board: '2001:db8:20:1::2' as Ipv6 };
const FIRST = 'fe80::dea6:32ff:fe00:5301' as Ipv6;
const OTHER = 'fe80::dea6:32ff:fe00:5302' as Ipv6;

let kernel: string[];
let clock: VirtualClock;
let neighbours: FirmwareNeighbours;

beforeEach(() => {
  kernel = [];
  clock = new VirtualClock();
  neighbours = new FirmwareNeighbours(
    {
      setNeighbour: async (_ifname, address, mac) => void kernel.push(`${address} ${mac}`),
      deleteNeighbour: async (_ifname, address) => void kernel.push(`${address} gone`),
    },
    clock,
  );
});

const taken = () => kernel.splice(0);

it('every address that firmware may use gets an entry: link-local, of DHCPv6, of its own making', async () => {
  await neighbours.set(leg, FIRST, true);
  expect(taken()).toEqual([
    `${FIRST} dc:a6:32:00:53:01`,
    '2001:db8:20:1::2 dc:a6:32:00:53:01',
    '2001:db8:20:1:dea6:32ff:fe00:5301 dc:a6:32:00:53:01',
  ]);
  await neighbours.set(leg, FIRST, false);
  expect(taken()).toEqual([]);
  await neighbours.set(leg, FIRST, true);
  expect(taken()).toHaveLength(3);
});

it('another board in the slot takes the place of the one before', async () => {
  await neighbours.set(leg, FIRST, true);
  taken();
  await neighbours.set(leg, OTHER, true);
  expect(taken().map((line) => line.split(' ')[1])).toEqual([
    ...['gone', 'gone', 'gone'],
    ...Array.from({ length: 3 }, () => 'dc:a6:32:00:53:02'),
  ]);
});

it('a board that is heard by IPv4 with another MAC ends them; the same MAC does not', async () => {
  await neighbours.set(leg, FIRST, true);
  taken();
  await neighbours.heard(leg.slot, parseMac('dc:a6:32:00:53:01'));
  expect(taken()).toEqual([]);
  await neighbours.heard(leg.slot, parseMac('b8:27:eb:00:53:01'));
  expect(taken()).toHaveLength(3);
  await neighbours.forget(leg.slot);
  expect(taken()).toEqual([]);
});

it('a link-local address that tells no MAC is left to the kernel', async () => {
  await neighbours.set(leg, 'fe80::1' as Ipv6, true);
  expect(taken()).toEqual([]);
});

it('a tenant that changes its mind all the time costs ten changes, then one every two seconds', async () => {
  for (let i = 0; i < 100; i++) await neighbours.set(leg, i % 2 === 0 ? FIRST : OTHER, true);
  expect(taken().filter((line) => !line.endsWith('gone'))).toHaveLength(30);
  clock.advance(seconds(2));
  await neighbours.set(leg, FIRST, true);
  expect(taken().filter((line) => !line.endsWith('gone'))).toHaveLength(3);
});
