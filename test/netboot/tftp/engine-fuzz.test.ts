import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TRANSFERS_PER_LEG } from '../../../src/netboot/tftp/engine.ts';
import { resolveRequest } from '../../../src/netboot/tree/routes.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { encodeTftp } from '../../../src/wire/tftp/index.ts';
import { EngineRig, type Incoming, legOf } from './engine-rig.ts';

const SECRET = 'secret-beyond-the-boot-directory';

/** A rig whose boot directory is surrounded by what may not get out. */
function surrounded(): EngineRig {
  const rig = new EngineRig().twoSlots();
  rig.write('secret', SECRET);
  mkdirSync(join(rig.directory, 'boot-other'));
  rig.write('boot-other/secret', SECRET);
  rig.write('boot/pieeprom.upd', SECRET);
  rig.write('boot/recovery.bin', SECRET);
  mkdirSync(join(rig.directory, 'boot/overlays'));
  rig.write('boot/overlays/a.dtbo', 'overlay');
  symlinkSync('../secret', join(rig.directory, 'boot/link'));
  symlinkSync('..', join(rig.directory, 'boot/up'));
  symlinkSync(rig.directory, join(rig.directory, 'boot/absolute'));
  symlinkSync('start4.elf', join(rig.directory, 'boot/inside'));
  return rig;
}

const part = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...['00000001', '00000002', '..', '.', '', 'link', 'up', 'absolute', 'inside', 'secret', 'boot', 'boot-other'],
      ...['overlays', 'a.dtbo', 'start4.elf', 'pieeprom.upd', 'recovery.bin', 'PIEEPROM.UPD', '%2e%2e', '..\\', '~'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const name = fc
  .tuple(
    fc.constantFrom('', '', '', '/', '00000001/', 'dc-a6-32-00-00-01/'),
    fc.array(part, { minLength: 1, maxLength: 6 }),
  )
  .map(([start, parts]) => start + parts.join('/'));

describe('any name', () => {
  it('comes to a file inside the boot directory, or to none', async () => {
    const rig = surrounded();
    let served = 0;
    try {
      await fc.assert(
        fc.asyncProperty(name, fc.boolean(), async (asked, uboot) => {
          const tree = rig.tree(1, { knownSerial: '00000001', uboot });
          const answer = await resolveRequest(tree, asked, new Map([['00000002', slotNumber(2)]]), rig.files);
          if (answer.outcome !== 'served' || !('file' in answer)) return;
          answer.file.done();
          served++;
          const { bytes } = answer.file.body as unknown as { bytes: Uint8Array };
          expect(Buffer.from(bytes).toString()).not.toContain(SECRET);
          expect(asked).not.toMatch(/\.\.|^00000002/);
        }),
        {
          numRuns: 3000,
          examples: [
            ['00000001/inside', false],
            ['inside', true],
          ],
        },
      );
      expect(served).toBeGreaterThanOrEqual(2);
    } finally {
      rig.close();
    }
  });
});

const ports = fc.constantFrom(2000, 2000, 2000, 69);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.record({ kind: fc.constant('ack' as const), block: fc.constantFrom(0, 1, 2, 3, 4, 65_535) }).map(encodeTftp),
  fc.constant(encodeTftp({ kind: 'error', code: 0, message: 'Early terminate' })),
  fc
    .record({
      kind: fc.constantFrom('rrq' as const, 'rrq' as const, 'wrq' as const),
      name: fc.constantFrom('bootcode.bin', 'bootsig.bin', '00000001/kernel8.img', '00000002/start4.elf', 'x'),
      mode: fc.constantFrom('octet' as const, 'octet' as const, 'netascii' as const),
      options: fc.record(
        { blksize: fc.nat(2000), windowsize: fc.nat(40), timeout: fc.nat(12), tsize: fc.constant(0) },
        { requiredKeys: [] },
      ),
    })
    .map(encodeTftp),
);
const legs = [legOf(1), legOf(2)] as const;
const rightly = fc
  .record({ leg: fc.constantFrom(...legs, legs[0]), port: ports, bytes })
  .map(({ leg, ...rest }) => ({ ifindex: leg.ifindex, from: leg.board, to: leg.controller, ...rest }));
const wrongly = fc.record({
  ifindex: fc.constantFrom(101, 102, 7),
  from: fc.constantFrom('10.0.1.2' as Ipv4, '10.0.2.2' as Ipv4),
  to: fc.constantFrom('10.0.1.1' as Ipv4, '10.0.2.1' as Ipv4),
  port: ports,
  bytes,
});
const datagram: fc.Arbitrary<Incoming> = fc.oneof({ weight: 4, arbitrary: rightly }, wrongly);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      line: fc.constantFrom(-1, -1, -1, 0, 1, 2),
      datagrams: fc.array(datagram, { maxLength: 8, size: 'max' }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ advance: fc.nat(4000) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ change: 'legs' as const }, { change: 'tree' as const }, { change: 'remove' as const }),
  },
);

describe('any datagrams', () => {
  it('throw nothing, and bring nothing but answers to the leg that they came on', async () => {
    const rig = surrounded();
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
          rig.engine.setLegs(legs);
          for (const slot of [1, 2]) rig.engine.setTree(rig.tree(slot));
          for (const one of steps) {
            if ('datagrams' in one) rig.deliver(one.line, one.datagrams);
            else if ('advance' in one) rig.clock.advance(one.advance);
            else if (one.change === 'legs') rig.engine.setLegs([legOf(1)]);
            else if (one.change === 'tree') rig.engine.setTree(rig.tree(1, { assigned: false }));
            else rig.engine.removeTree(slotNumber(2));
            await rig.settled();
            expect(rig.engine.stats().activeTransfers).toBeLessThanOrEqual(2 * MAX_TRANSFERS_PER_LEG);
          }
          for (const { to, packet } of rig.sent.splice(0)) {
            expect([0x0a000101, 0x0a000201]).toContain(to.localAddress);
            expect(to.peerAddress).toBe(to.localAddress + 1);
            expect(to.ifindex).toBe(to.localAddress === 0x0a000101 ? 101 : 102);
            expect(['data', 'error', 'oack']).toContain(packet.kind);
          }
          rig.engine.setLegs([]);
          rig.clock.advance(60_000);
        }),
        { numRuns: 60 },
      );
      expect(rig.engine.stats().activeTransfers).toBe(0);
      expect(rig.engine.stats().served).toBeGreaterThan(0);
    } finally {
      rig.close();
    }
  });
});
