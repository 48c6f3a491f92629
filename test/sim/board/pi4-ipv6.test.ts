import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileBody, UdpSocket } from '../../../src/net/udp.ts';
import { Dhcpv6Server, serverDuid } from '../../../src/netboot/dhcpv6/index.ts';
import { FirmwareNeighbours } from '../../../src/netboot/firmware-neighbours.ts';
import { leg6Of, raLegOf, tftpLegOf } from '../../../src/netboot/ipv6-service.ts';
import { RaServer } from '../../../src/netboot/ra/index.ts';
import { TftpEngine } from '../../../src/netboot/tftp/engine.ts';
import type { SlotEvent } from '../../../src/netboot/tftp/events.ts';
import { FileStore } from '../../../src/netboot/tftp/files.ts';
import { VirtualBoard } from '../../../src/sim/board/board.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import { type BoardOptions, DEFAULT_OPTIONS } from '../../../src/sim/board/options.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { VirtualWire } from '../../../src/sim/virtual-wire.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { makePlan, makeSlot } from '../../support/plan.ts';
import { IFINDEX, Kernel6Leg } from './support/kernel6.ts';
import { bootTree, instantPhy, NotedOs } from './support/rig.ts';

const log = pino({ level: 'silent' });
const LINK_LOCAL = /^fe80::/;
/** With its address in it: nobody here answers DHCP over IPv4. */
const CMDLINE =
  'root=/dev/nfs nfsroot=10.20.0.1:/srv/pi/1,vers=3 rw ip=10.20.0.2:10.20.0.1:10.20.0.1:255.255.255.252:pi1:eth0:off';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-pi4-ipv6-'));
  for (const [name, bytes] of bootTree('4B', 1, { 'cmdline.txt': `${CMDLINE}\n` })) {
    const path = join(directory, name.replace(/^[0-9a-f]{8}\//, ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
});

afterEach(() => rmSync(directory, { recursive: true }));

interface Setting {
  /** Whether the neighbour entries of firmware reach the kernel. */
  readonly cure: boolean;
  readonly autonomousOnly?: boolean;
  readonly board?: Partial<BoardOptions>;
}

/** pirack's own servers and a virtual Pi 4 on one wire. */
function rig({ cure, autonomousOnly = false, board: options }: Setting) {
  const clock = new VirtualClock();
  const wire = new VirtualWire({ clock });
  const slot = makeSlot(1, { netboot: 'ipv6' });
  const plan = makePlan(0, { slots: [slot] });
  const kernel = new Kernel6Leg(clock, wire.port(), slot.ipv6.controller);
  const neighbours = new FirmwareNeighbours(
    {
      setNeighbour: async (_ifname, address, mac: Mac) => {
        if (cure) kernel.setNeighbour(address, mac);
      },
      deleteNeighbour: async () => {},
    },
    clock,
  );
  const milestones: string[] = [];
  const leg = leg6Of(plan, slot);
  new Dhcpv6Server({
    socket: kernel.udp(547),
    legs: () => leg,
    server: serverDuid('test'),
    leases: { record: () => {}, committed: async () => {} },
    kernel: {
      route: async () => {},
      firmware: (_leg, linkLocal, begins) => neighbours.set(leg, linkLocal, begins),
      system: async () => {},
    },
    observe: () => {},
    milestone: (_slot, milestone) => milestones.push(milestone),
    clock,
    log,
  });
  const ra = new RaServer({
    socket: autonomousOnly ? stateless(kernel.icmp()) : kernel.icmp(),
    ifindex: () => IFINDEX,
    settings: { routerLifetime: 1800, preferred: 100, valid: 200 },
    clock,
    random: () => 0.5,
    log,
  });
  const raLeg = raLegOf(plan, slot, undefined);
  ra.setLegs([{ ...raLeg, autonomous: autonomousOnly, solicited: cure ? raLeg.solicited : 'host' }]);
  const events: SlotEvent[] = [];
  const files = new FileStore({
    clock,
    register: (bytes: Uint8Array) => ({ length: bytes.length, bytes, release() {} }) as unknown as FileBody,
    maxBytes: 1 << 24,
  });
  let opening = 0;
  const open = files.open.bind(files);
  files.open = (inside, path) => {
    opening++;
    return open(inside, path).finally(() => opening--);
  };
  const nobody = () => kernel.udp(0) as unknown as UdpSocket;
  const ipv6 = { listen: kernel.udp(69), lines: [kernel.udp(40_001), kernel.udp(40_002)] };
  const lines = [nobody(), nobody()];
  const engine = new TftpEngine({ listen: nobody(), lines, ipv6, files, clock, emit: (event) => events.push(event) });
  engine.setLegs([tftpLegOf(plan, slot, IFINDEX)]);
  engine.setTree({ slot: slot.slot, assigned: true, imageBoot: directory, firstStage: directory, rendered: {} });
  const os = new NotedOs();
  const board = new VirtualBoard({
    identity: boardIdentity(1, '4B'),
    wire: wire.port(),
    phy: instantPhy(),
    clock,
    random: seededRandom(1),
    os,
    options: { strayTerminate: 0, eeprom: { ...DEFAULT_OPTIONS.eeprom, useIpv6: true }, ...options },
  });
  /** Files come from the disk, in their own time: the virtual clock stands still for them. */
  const run = async (limit: number, done = () => false) => {
    for (let at = 0; at < limit && !done(); at += 2) {
      clock.advance(2);
      do await new Promise((resolve) => setImmediate(resolve));
      while (opening > 0);
    }
  };
  return { kernel, board, os, milestones, events, run, engine };
}

/** Turns M off in every advertisement, as another router might have it. */
function stateless(socket: ReturnType<Kernel6Leg['icmp']>): ReturnType<Kernel6Leg['icmp']> {
  return {
    ...socket,
    send: (message, to) => {
      const changed = message.slice();
      changed[5] = (changed[5] as number) & 0x7f;
      socket.send(changed, to);
    },
  };
}

describe('a Pi 4 with USE_IPV6=1', () => {
  it('boots by router advertisement, DHCPv6 and TFTP over IPv6; the kernel never asks for it', async () => {
    const { board, kernel, os, milestones, events, run, engine } = rig({ cure: true });
    board.powerOn();
    await run(60_000, () => board.status().stage === 'os-up');
    expect(board.status()).toMatchObject({ stage: 'os-up', counters: { discovers: 1, requests: 1, filesLost: 0 } });
    expect(kernel.asked).toEqual([]);
    expect(milestones).toEqual(['discover', 'offer', 'offer']);
    const complete = events.flatMap((event) => (event.type === 'complete' ? [event.path] : []));
    expect(complete).toEqual(expect.arrayContaining(['start4.elf', 'config.txt', 'cmdline.txt', 'kernel8.img']));
    // Of the firmware's name and address Linux takes nothing over: it mounts by IPv4.
    expect(os.boots[0]?.ipv4.address).toBeDefined();
    expect(engine.stats()).toMatchObject({ wrongSource: 0, wrongDestination: 0, failed: 0 });
  });

  it('has no boot where the kernel must ask twice: it answers the first solicitation alone', async () => {
    const { board, kernel, events, run } = rig({ cure: false });
    board.powerOn();
    await run(30_000);
    expect(board.status().counters).toMatchObject({ bytes: 0, solicitationsAnswered: 1 });
    expect(board.status().counters.solicitationsIgnored).toBeGreaterThan(0);
    expect(kernel.asked[0]).toMatch(LINK_LOCAL);
    expect(kernel.asked).toContain('2001:db8:0:1::2');
    expect(events.some((event) => event.type === 'complete')).toBe(false);
  });

  it('would boot without the cure if it answered every solicitation: nothing else stands in its way', async () => {
    const { board, kernel, run } = rig({ cure: false, board: { answersAllSolicitations: true } });
    board.powerOn();
    await run(60_000, () => board.status().stage === 'os-up');
    expect(board.status().stage).toBe('os-up');
    expect(kernel.asked).toContain('2001:db8:0:1::2');
  });

  it('makes its own address where the advertisement says so, and asks for the boot file alone', async () => {
    const { board, kernel, run } = rig({ cure: true, autonomousOnly: true });
    board.powerOn();
    await run(60_000, () => board.status().stage === 'os-up');
    expect(board.status()).toMatchObject({ stage: 'os-up', counters: { requests: 0, filesLost: 0 } });
    expect(kernel.asked).toEqual([]);
  });
});
