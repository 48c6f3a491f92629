import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRackFile } from '../../src/rack/rack-file.ts';
import { example, load, rackText } from './support/rack-text.ts';

const EXAMPLES = join(import.meta.dirname, '../../rack-configs');

describe('the example racks', () => {
  it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml')))(
    '%s has a plan and not one warning',
    (name) => {
      const result = load(readFileSync(join(EXAMPLES, name)), join(EXAMPLES, name));
      expect(result.problems).toEqual([]);
      expect(result.plan?.slots.length).toBeGreaterThan(0);
    },
  );

  it('virtual-108 has 36 boards of each model, twelve on every switch', () => {
    const { slots } = example('virtual-108.yaml');
    expect(slots.map(({ slot }) => slot)).toEqual(Array.from({ length: 108 }, (_, i) => i + 1));
    for (const name of ['sw1', 'sw2', 'sw3']) {
      for (const model of ['3B', '3B+', '4B']) {
        expect(slots.filter((slot) => slot.switch === name && slot.simulate === model)).toHaveLength(12);
      }
    }
  });

  it('virtual-4 has one of everything that can be simulated', () => {
    expect(example('virtual-4.yaml').slots.map(({ simulate }) => simulate)).toEqual(['3B', '3B+', '4B', 'qemu']);
  });

  it('the secrets of the virtual racks are there, and long enough for SNMPv3', () => {
    const [first, , third] = example('virtual-108.yaml').switches;
    if (first?.snmp.version !== '2c' || third?.snmp.version !== '3') throw new Error('expected versions 2c and 3');
    for (const secret of [first.snmp.community, third.snmp.auth.key, third.snmp.priv.key]) {
      if (!('file' in secret)) throw new Error('expected a file');
      expect(readFileSync(secret.file, 'utf8').trim().length).toBeGreaterThanOrEqual(8);
    }
  });
});

describe('the plan', () => {
  it('gives a slot everything by its number', () => {
    const plan = example('virtual-108.yaml');
    expect(plan.slots[11]).toEqual({
      slot: 12,
      switch: 'sw1',
      port: '12',
      vlan: 112,
      leg: 'vlan112',
      ipv4: { network: '10.20.0.44/30', controller: '10.20.0.45', board: '10.20.0.46' },
      ipv6: { network: '2001:db8:20:c::/64', controller: '2001:db8:20:c::1', board: '2001:db8:20:c::2' },
      routed: '2001:db8:4000:c00::/56',
      sshPort: 5012,
      hostName: 'virtual-108-s012',
      image: 'debian-12-pi',
      netboot: 'ipv4',
      simulate: '3B',
    });
    expect(plan.slots[0]?.ipv4).toEqual({ network: '10.20.0.0/30', controller: '10.20.0.1', board: '10.20.0.2' });
  });

  it('gives switches, secrets and directories absolutely', () => {
    const plan = load(rackText({ kind: 'real', trunk: 'eth1' }), '/etc/pirack/oak.yaml').plan;
    expect(plan).toMatchObject({
      rack: 'oak',
      kind: 'real',
      trunk: 'eth1',
      switches: [
        {
          name: 'sw1',
          address: '192.0.2.11',
          port: 161,
          snmp: { version: '2c', community: { file: '/etc/pirack/community' } },
          uplinks: ['49', '50'],
          budget: 370,
          reservedVlans: [1002, 1003, 4094],
        },
      ],
      images: [
        { name: 'debian', directory: '/cache/images/debian' },
        { name: 'ubuntu', directory: '/srv/ubuntu' },
        { name: 'arch', directory: '/etc/pirack/images/arch' },
      ],
      roots: { directory: '/state/oak/roots', backend: 'auto', keepOld: 86_400_000, diskSize: 10e9 },
      nfs: { server: 'auto', version: '3', otherVersions: 'served' },
      power: {
        hold: 5000,
        concurrentBoots: 48,
        poll: 10_000,
        headroom: 15,
        startBurst: 4,
        startEvery: 500,
      },
    });
  });

  it('gives the files of the API absolutely', () => {
    const more = 'api: {tls: {cert: cert.pem, key: /key.pem}, webhooks: {ca: ca.pem}}';
    expect(load(rackText({ more }), '/etc/pirack/oak.yaml').plan?.api).toMatchObject({
      tls: { cert: '/etc/pirack/cert.pem', key: '/key.pem' },
      webhooks: { http: false, allowed: [], ca: '/etc/pirack/ca.pem' },
    });
  });

  it('is frozen and can go through JSON', () => {
    const plan = example('virtual-108.yaml');
    expect(() => Object.assign(plan.slots[0] as object, { vlan: 1 })).toThrow(TypeError);
    expect(JSON.parse(JSON.stringify(plan))).toMatchObject({ rack: 'virtual-108' });
  });

  it('reads none as no image, and the default where nothing is said', () => {
    const slots = [
      '{slots: 1, switch: sw1, ports: 1, simulate: 3B}',
      '{slots: 2, switch: sw1, ports: 2, simulate: 3B, image: none}',
      '{slots: 3, switch: sw1, ports: 3, simulate: 3B, image: ubuntu}',
    ];
    const images = (more: string) => load(rackText({ slots, more })).plan?.slots.map(({ image }) => image);
    expect(images('default_image: debian')).toEqual(['debian', undefined, 'ubuntu']);
    expect(images('default_image: none')).toEqual([undefined, undefined, 'ubuntu']);
    expect(images('')).toEqual([undefined, undefined, 'ubuntu']);
  });

  it('reads what a board may write', () => {
    const disk = (text: string) => load(rackText({ more: `roots: {disk_size: ${text}}` }));
    expect(disk('20 GB').plan?.roots.diskSize).toBe(20e9);
    expect(disk('1.5 TiB').plan?.roots.diskSize).toBe(1.5 * 2 ** 40);
    expect(disk('none').plan?.roots.diskSize).toBeUndefined();
    expect(disk('20').problems[0]?.expected).toBe(
      'none, or a size with its unit (MB, GB, TB, MiB, GiB or TiB), such as 10 GB',
    );
    expect(disk('20 Gb').problems[0]?.message).toContain('20 Gb');
    expect(disk('20 MB').problems[0]).toMatchObject({
      message: 'disk_size: a disk of 20 MB is too small for a board to start',
      expected: '100 MB or more',
    });
  });

  it('sorts slots, pairs ports in order, and takes VLANs of their own', () => {
    const slots = [
      '{slots: "9,7", switch: sw1, ports: "20,3", vlans: "900,700", simulate: 4B}',
      '{slots: 1-2, switch: sw1, ports: 1-2, simulate: 3B}',
    ];
    const plan = load(rackText({ slots })).plan;
    expect(plan?.slots.map(({ slot, port, vlan, leg }) => [slot, port, vlan, leg])).toEqual([
      [1, '1', 101, 'vlan101'],
      [2, '2', 102, 'vlan102'],
      [7, '3', 700, 'vlan700'],
      [9, '20', 900, 'vlan900'],
    ]);
  });

  it('changes stage limits for one model alone', () => {
    const plan = load(rackText({ more: 'timings: {3B: {ssh: 3 min, offer_delay: 0 s}}' })).plan;
    expect(plan?.timings['3B']).toMatchObject({ ssh: 180_000, offerDelay: 0, discover: 60_000 });
    expect(plan?.timings['3B+'].ssh).toBe(120_000);
  });

  it('has OFFER delay and nudges for each model, in order', () => {
    const more = 'timings: {3B: {offer_delay: 2 s, nudges: [1200 ms, 600 ms, 1800 ms]}, 3B+: {nudges: []}}';
    const timings = load(rackText({ more })).plan?.timings;
    expect(timings?.['3B']).toMatchObject({ offerDelay: 2000, nudges: [600, 1200, 1800] });
    expect(timings?.['3B+']).toMatchObject({ offerDelay: 0, nudges: [] });
    expect(timings?.['4B'].nudges).toEqual([]);
    expect(load(rackText({})).plan?.timings['3B+'].nudges).toEqual([600, 1200]);
  });

  it('says what nudges are', () => {
    const { plan, problems } = load(rackText({ more: 'timings: {3B: {nudges: 600 ms}, 4B: {nudges: [0 s]}}' }));
    expect(plan).toBeUndefined();
    expect(problems.map(({ expected }) => expected)).toEqual([
      'a list of times after a DISCOVER, such as [600 ms, 1200 ms]',
      expect.stringContaining('a duration with its unit'),
    ]);
  });

  it('takes numbers written as text and text written as numbers', () => {
    const more = 'nfs: {version: "4.1"}\npower: {hold: 500 ms}';
    expect(load(rackText({ more })).plan).toMatchObject({ nfs: { version: '4.1' }, power: { hold: 500 } });
    expect(load(rackText({ more: 'nfs: {version: 4.1}' })).plan?.nfs.version).toBe('4.1');
    expect(load(rackText({ more: 'nfs: {other_versions: refused}' })).plan?.nfs.otherVersions).toBe('refused');
    const images = '[{name: debian, directory: /a, nfs: 4.1}, {name: ubuntu, directory: /b}]';
    const of = (text: string) => load(rackText({}).replace(/images: .*|images:\n(?: +- .*\n)+/, `images: ${text}\n`));
    expect(of(images).plan?.images.map(({ nfs }) => nfs)).toEqual(['4.1', undefined]);
    expect(of(images.replace('4.1', '4')).problems[0]?.expected).toBe('3 or 4.1');
  });

  it('does not renumber slots when slots are added', () => {
    const small = load(rackText({ slots: ['{slots: 5, switch: sw1, ports: 5, simulate: 3B}'] })).plan;
    const large = load(rackText({ slots: ['{slots: 1-9, switch: sw1, ports: 1-9, simulate: 3B}'] })).plan;
    expect(large?.slots[4]).toEqual(small?.slots[0]);
  });

  it('gives every slot addresses, a VLAN, a leg and a port that no other has', () => {
    const sizes = fc.record({
      ipv4: fc.integer({ min: 20, max: 24 }),
      ipv6: fc.integer({ min: 48, max: 57 }),
      routed: fc.integer({ min: 56, max: 64 }),
      base: fc.integer({ min: 1, max: 3900 }),
      slots: fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 40 }),
    });
    fc.assert(
      fc.property(sizes, ({ ipv4, ipv6, routed, base, slots }) => {
        const text = rackText({
          addresses: `{ipv4: 10.32.0.0/${ipv4}, ipv6: "2001:db8::/${ipv6}", routed: {prefix: "2001:db8:8000::/40", length: ${routed}}}`,
          trunkBase: base,
          slots: [`{slots: "${slots}", switch: sw1, ports: "${slots.map((slot) => `1/0/${slot}`)}", simulate: 3B}`],
          reserved: '[]',
        });
        const { plan, problems } = load(text);
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        const unique: (readonly unknown[] | undefined)[] = [
          plan?.slots.map((slot) => slot.vlan),
          plan?.slots.map((slot) => slot.leg),
          plan?.slots.map((slot) => `${slot.switch} ${slot.port}`),
          plan?.slots.map((slot) => slot.sshPort),
          plan?.slots.map((slot) => slot.hostName),
          plan?.slots.map((slot) => slot.ipv4.network),
          plan?.slots.flatMap((slot) => [slot.ipv4.controller, slot.ipv4.board]),
          plan?.slots.flatMap((slot) => [slot.ipv6.network, slot.routed]),
          plan?.slots.flatMap((slot) => [slot.ipv6.controller, slot.ipv6.board]),
        ];
        for (const values of unique) expect(new Set(values).size).toBe(values?.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any content', () => {
  const whole = readFileSync(join(EXAMPLES, 'virtual-108.yaml'));
  const checkShape = (content: string | Uint8Array) => {
    const { plan, problems } = loadRackFile(content, { path: 'x.yaml', cacheDirectory: '/c', stateDirectory: '/s' });
    if (plan === undefined) expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
    for (const { line, column, message } of problems) {
      expect(line === 0 ? column === 0 : line > 0 && column > 0).toBe(true);
      expect(message).not.toMatch(/\bat .*\.ts:\d|Error:|undefined|\[object/);
    }
    return plan;
  };

  it('bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void checkShape(bytes)));
  });

  it('text', () => {
    const yaml = fc.string({ unit: fc.constantFrom(...':-?[]{},#&*!|>\'"%@` \n\tab1<'), maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), yaml), (text) => void checkShape(text)),
      { numRuns: 500 },
    );
  });

  it('a sound file with bytes changed, cut out or doubled', () => {
    const change = fc.record({ at: fc.nat(whole.length), cut: fc.nat(40), put: fc.string({ maxLength: 4 }) });
    fc.assert(
      fc.property(change, ({ at, cut, put }) => {
        checkShape(Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + cut)]));
      }),
      { numRuns: 60 },
    );
  });

  it('any values in the right places', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('1-4', 'sw1', '5 s'),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    const keys = 'rack kind zone trunk addresses switches slots images default_image roots nfs power timings'.split(
      ' ',
    );
    const file = fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
    // JSON is YAML.
    fc.assert(
      fc.property(file, (content) => void checkShape(JSON.stringify(content))),
      { numRuns: 300 },
    );
    const entry = fc.record({ slots: value, switch: value, ports: value, image: value, vlans: value, simulate: value });
    const item = fc.record({ name: value, address: value, snmp: value, uplinks: value, budget: value, ports: value });
    const lists = fc.record({ slots: fc.array(entry, { maxLength: 3 }), switches: fc.array(item, { maxLength: 3 }) });
    fc.assert(
      fc.property(lists, (content) => void checkShape(JSON.stringify(content))),
      { numRuns: 300 },
    );
  });

  // Each of these kills the YAML parser or keeps it busy for minutes when it is let through.
  it.each([
    ['nested lists', '- '.repeat(500_000), 'the file is nested too deeply'],
    ['nested keys', '? '.repeat(500_000), 'the file is nested too deeply'],
    ['nested brackets', '['.repeat(1_000_000), 'the file is nested too deeply'],
    ['nested braces', '{a: '.repeat(250_000), 'the file is nested too deeply'],
    [
      'anchors without end',
      Array.from({ length: 50_000 }, (_, i) => `- &a${i} [*a${i}]`).join('\n'),
      'the file has too many anchors',
    ],
    ['a file beyond a megabyte', '#'.repeat(1_048_577), 'the file has more than 1048576 bytes'],
    ['nested pairs behind a quoted hash', `"#" ${'- '.repeat(400_000)}`, 'the file is nested too deeply'],
    ['a NUL', 'rack: oak\n\0', 'the file holds the control byte 0x00'],
  ])('%s', (_title, text, message) => {
    expect(checkShape(text)).toBeUndefined();
    const { problems } = loadRackFile(text, { path: 'x.yaml', cacheDirectory: '/c', stateDirectory: '/s' });
    expect(problems.map((problem) => problem.message)).toEqual([message]);
  });

  it('a long list of slots is read to the end', () => {
    const line = '  - {slots: 1, switch: sw1, ports: 1} # the same slot again and again\n';
    const text = `rack: oak\nslots:\n${line.repeat(Math.floor(300_000 / line.length))}`;
    const { problems } = loadRackFile(text, { path: 'x.yaml', cacheDirectory: '/c', stateDirectory: '/s' });
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe('and more problems');
  });

  it('an error is found behind any number of warnings', () => {
    const idle = (i: number) =>
      `  - {name: s${i}, address: 192.0.2.11, port: ${i + 200}, snmp: {version: 2c, community: {env: C}}, uplinks: [1], budget: 9 W}`;
    const many = Array.from({ length: 300 }, (_, i) => idle(i)).join('\n');
    const text = rackText({ addresses: '{ipv4: 10.20.0.0/30, ipv6: "2001:db8:20::/56"}' });
    const { plan, problems } = load(text.replace('switches:\n', `switches:\n${many}\n`));
    expect(plan).toBeUndefined();
    expect(problems[0]).toMatchObject({ line: 5, severity: 'error' });
    expect(problems.filter(({ severity }) => severity === 'warning')).toHaveLength(100);
  });

  it('a comment with many dashes and brackets is a comment', () => {
    const text = `# - - - - - - - - - - - -\n# ${'['.repeat(100)}\n${rackText({})} # ${'{'.repeat(100)}\n`;
    expect(checkShape(text)?.rack).toBe('oak');
  });

  it('a byte order mark and CRLF do no harm', () => {
    expect(checkShape(`\ufeff${rackText({}).replaceAll('\n', '\r\n')}`)?.rack).toBe('oak');
  });

  it('bytes that are no UTF-8 are told with their place', () => {
    const bytes = Buffer.from('rack: oak\nzone: caf\xe9\n', 'latin1');
    const { problems } = loadRackFile(bytes, { path: 'x.yaml', cacheDirectory: '/c', stateDirectory: '/s' });
    expect(problems).toEqual([
      {
        file: 'x.yaml',
        line: 2,
        column: 10,
        message: 'the file is not UTF-8 text',
        expected: 'a YAML text file',
        severity: 'error',
      },
    ]);
  });
});
