import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/net/run.ts';
import type { Counters, Lease } from '../../../src/netboot/dhcpv4/index.ts';
import { seconds } from '../../../src/rack/units.ts';
import { decodeDhcpv4, MessageType, readMessageType } from '../../../src/wire/dhcpv4/index.ts';
import { describeWith } from '../../support/needs.ts';
import { OFFER_3B, OPTION_43 } from '../../wire/dhcpv4/roms.ts';

const ADD_ON = fileURLToPath(new URL('../../../native/build/Release/pirack_net.node', import.meta.url));
const RIG = fileURLToPath(new URL('./interop/rig.ts', import.meta.url));
const SEAL = ['-m', '-n', '-p', '-f', '--kill-child', '--mount-proc', '--propagation', 'private'];

interface SeenFrame {
  /** Milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly source: string;
  readonly destination: string;
  readonly vlan?: unknown;
  readonly sourceAddress?: string;
  readonly destinationAddress?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly payload?: string;
}

interface Outcome {
  readonly udhcpc: Record<string, string>[];
  readonly dhclient: Record<string, string>[];
  readonly frames: Record<'1' | '2' | '3' | '4', SeenFrame[]>;
  readonly counters: Counters;
  readonly leases: Lease[];
  readonly milestones: string[];
}

const programs = ['unshare', 'ip', 'busybox', 'dhclient', 'tcpdump'];

describeWith({ root: true, programs, files: [ADD_ON] })('clients that others wrote, on legs of their own', () => {
  let seen: Outcome;

  beforeAll(async () => {
    // The clients hand their whole environment to their scripts, which hand it to us: none of this process's own.
    const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    const { stdout } = await run('unshare', [...SEAL, process.execPath, RIG], { timeout: seconds(90), env }).catch(
      (error) => {
        throw new Error(`the rig failed: ${error.stderr}`, { cause: error });
      },
    );
    seen = JSON.parse(stdout) as Outcome;
  }, 100_000);

  const answers = (board: keyof Outcome['frames']) =>
    seen.frames[board]
      .filter(({ sourcePort, destinationPort }) => sourcePort === 67 && destinationPort === 68)
      .map((frame) => ({ frame, packet: decodeDhcpv4(Buffer.from(frame.payload as string, 'hex')) }));

  describe('udhcpc', () => {
    it('as a Pi takes the address, option 43 byte for byte, and option 66', () => {
      const bound = seen.udhcpc.find(({ event }) => event === 'bound');
      expect(bound).toMatchObject({
        ip: '10.20.0.2',
        mask: '30',
        router: '10.20.0.1',
        serverid: '10.20.0.1',
        siaddr: '10.20.0.1',
        tftp: '10.20.0.1',
        lease: '43200',
        opt43: Buffer.from(OPTION_43).toString('hex'),
      });
    });

    it('as an operating system renews and releases', () => {
      expect(seen.udhcpc.map(({ event }) => event).filter((event) => event !== 'deconfig')).toEqual([
        'bound',
        'bound',
        'renew',
      ]);
      expect(seen.udhcpc.at(-1)?.event).toBe('deconfig');
      const [renewal, ...more] = seen.frames[1].filter(
        ({ destinationPort, destinationAddress }) => destinationPort === 67 && destinationAddress === '10.20.0.1',
      );
      // The renewal and then the release, both by unicast to the leg's own address.
      expect(more).toHaveLength(1);
      expect(decodeDhcpv4(Buffer.from(renewal?.payload as string, 'hex')).ciaddr).toBe('10.20.0.2');
      const last = seen.leases.filter(({ slot }) => slot === 1).at(-1);
      expect(last?.expiresAt).toBe(last?.givenAt);
      expect(seen.milestones).toContain('1 kernel_dhcp: 10.20.0.2 to os b8:27:eb:69:20:2e');
    });
  });

  describe('dhclient', () => {
    it('as a Pi 4 takes the address and what it boots by', () => {
      const bound = seen.dhclient.find(({ reason }) => reason === 'BOUND');
      expect(bound).toMatchObject({
        new_ip_address: '10.20.0.6',
        new_subnet_mask: '255.255.255.252',
        new_routers: '10.20.0.5',
        new_dhcp_server_identifier: '10.20.0.5',
        new_tftp_server_name: '10.20.0.5',
        new_vendor_class_identifier: 'PXEClient',
      });
      const menu = bound?.new_vendor_encapsulated_options?.split(':').map((digits) => digits.padStart(2, '0'));
      expect(menu?.join('')).toBe(Buffer.from(OPTION_43).toString('hex'));
      expect(seen.milestones).toContain('2 discover: eeprom-pi4 e4:5f:01:09:02:f7 serial 91cdf03d');
    });

    it('with a lease from elsewhere is refused, starts over, and takes this leg’s', () => {
      expect(seen.counters.naks).toBe(1);
      const bound = seen.dhclient.filter(({ reason }) => reason === 'BOUND').at(-1);
      expect(bound).toMatchObject({
        new_ip_address: '10.20.0.6',
        new_host_name: 'pi-2',
        new_domain_name: 'rack.example',
      });
      const nak = answers('2').find(({ packet }) => readMessageType(packet.options) === MessageType.nak);
      expect(nak?.frame).toMatchObject({ destination: 'ff:ff:ff:ff:ff:ff', destinationAddress: '255.255.255.255' });
    });
  });

  describe('the bytes of a 3B ROM', () => {
    it('are answered with the OFFER byte for byte, to its MAC, although it answers no ARP', () => {
      const [offer, ...more] = seen.frames[3].filter(({ destinationPort }) => destinationPort === 68);
      expect(more).toEqual([]);
      expect(offer).toMatchObject({
        destination: 'b8:27:eb:07:bc:c6',
        sourceAddress: '10.20.0.9',
        destinationAddress: '10.20.0.10',
        sourcePort: 67,
      });
      const here = Buffer.from(OFFER_3B);
      // The same OFFER on this leg's /30: yiaddr, siaddr, server identifier, broadcast address, TFTP server.
      here.set([10, 20, 0, 10], 16);
      here.set([10, 20, 0, 9], 20);
      here.set([10, 20, 0, 9], 245);
      here.set([11], here.indexOf(Buffer.from('1c040a140003', 'hex')) + 5);
      here.set(Buffer.from('9'), here.length - 2);
      expect(offer?.payload).toBe(here.toString('hex'));
      expect(seen.frames[3].filter(({ kind }) => kind === 'arp')).toEqual([]);
    });

    it('are followed by two wake-up frames, not too early', () => {
      const nudges = seen.frames[3].filter(({ destinationPort }) => destinationPort === 9);
      expect(nudges.map(({ destination, destinationAddress }) => [destination, destinationAddress])).toEqual([
        ['b8:27:eb:07:bc:c6', '10.20.0.10'],
        ['b8:27:eb:07:bc:c6', '10.20.0.10'],
      ]);
      const askedAt = seen.frames[3].find(({ destinationPort }) => destinationPort === 67)?.at as number;
      const [first, second] = nudges.map(({ at }) => at - askedAt) as [number, number];
      expect(first).toBeGreaterThan(590);
      expect(second).toBeGreaterThan(1190);
    });
  });

  describe('isolation', () => {
    it.each([
      ['1', '10.20.0.2', '10.20.0.1'],
      ['2', '10.20.0.6', '10.20.0.5'],
      ['3', '10.20.0.10', '10.20.0.9'],
    ] as const)('board %s sees its own answers and nobody else’s', (board, address, controller) => {
      const all = answers(board);
      expect(all.length).toBeGreaterThan(0);
      for (const { frame, packet } of all) {
        expect(frame.sourceAddress).toBe(controller);
        expect(frame).not.toHaveProperty('vlan');
        expect(['0.0.0.0', address]).toContain(packet.yiaddr);
        expect(seen.frames[board].some(({ source }) => source === packet.chaddr)).toBe(true);
      }
    });

    it('the silent board sees no DHCP at all', () => {
      expect(seen.frames[4].filter(({ kind }) => kind === 'udp4')).toEqual([]);
    });

    it('nothing went wrong on the way', () => {
      const { faults, commitFailures, neighbourFailures, sendErrors, malformed, notALeg, limited, truncated } =
        seen.counters;
      expect({ faults, commitFailures, neighbourFailures, sendErrors, malformed, notALeg, limited, truncated }).toEqual(
        {
          faults: 0,
          commitFailures: 0,
          neighbourFailures: 0,
          sendErrors: 0,
          malformed: 0,
          notALeg: 0,
          limited: 0,
          truncated: 0,
        },
      );
    });
  });
});
