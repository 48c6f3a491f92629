import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkCommand, readRackFile, runCheck } from '../../src/cli/check.ts';

const EXAMPLES = join(import.meta.dirname, '../../rack-configs');
const BROKEN = join(import.meta.dirname, '../rack/broken');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pirack-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(paths: string[], options: { json?: boolean } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = runCheck(paths, options, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

describe('pirack check', () => {
  it('says what a sound file holds', () => {
    const big = join(EXAMPLES, 'virtual-108.yaml');
    const small = join(EXAMPLES, 'bench-2.yaml');
    expect(run([big, small])).toEqual({
      code: 0,
      out: [`${big}: ok, 108 slots on 3 switches`, `${small}: ok, 2 slots on 1 switch`],
      err: [],
    });
  });

  it('goes on after a broken file, and fails', () => {
    const good = join(EXAMPLES, 'virtual-4.yaml');
    const { code, out } = run([join(BROKEN, 'empty.yaml'), good]);
    expect(code).toBe(1);
    expect(out).toEqual([
      `${join(BROKEN, 'empty.yaml')}: the file is empty; expected a rack file`,
      `${join(BROKEN, 'empty.yaml')}: 1 problem`,
      `${good}: ok, 4 slots on 1 switch`,
    ]);
  });

  it('knows which drivers there are', () => {
    const file = (name: string, driver: string) => {
      const path = join(folder, name);
      writeFileSync(
        path,
        `rack: oak
kind: virtual
zone: pi.example.net
trunk: {vlan_base: 100}
addresses: {ipv4: 10.20.0.0/22, ipv6: "2001:db8:20::/56"}
switches:
  - name: sw1
    address: 192.0.2.11
    snmp: {version: 2c, community: {env: C}}
    uplinks: ["9"]
    budget: 370 W
    driver: ${driver}
slots:
  - {slots: 1-8, switch: sw1, ports: 1-8, simulate: 3B}
`,
      );
      return path;
    };
    expect(run([file('known.yaml', 'netgear-managed')])).toMatchObject({ code: 0 });
    const wrong = file('unknown.yaml', 'netgaer-managed');
    expect(run([wrong])).toMatchObject({
      code: 1,
      out: [
        `${wrong}:12:13: there is no driver netgaer-managed; expected one that \`pirack switch drivers\` lists, or none, and the switch is asked what it is`,
        `${wrong}: 1 problem`,
      ],
    });
  });

  it('tells warnings and still accepts the file', () => {
    const path = join(folder, 'warned.yaml');
    writeFileSync(
      path,
      `rack: oak
kind: virtual
zone: pi.example.net
trunk: {interface: eth1}
addresses: {ipv4: 10.20.0.0/22, ipv6: "2001:db8:20::/56"}
switches:
  - {name: sw1, address: 192.0.2.11, snmp: {version: 2c, community: {env: C}}, uplinks: ["9"], budget: 7 W}
slots:
  - {slots: 1-8, switch: sw1, ports: 1-8, simulate: 3B}
`,
    );
    expect(run([path])).toEqual({
      code: 0,
      out: [
        `${path}:4:9: warning: a virtual rack has no trunk: the interface is not used; expected kind: real, or no interface`,
        `${path}:7:104: warning: 7 W cannot keep 8 boards on at once; expected 24 W or more for that`,
        `${path}: ok, 8 slots on 1 switch, 2 warnings`,
      ],
      err: [],
    });
  });

  it('prints JSON', () => {
    const { code, out } = run([join(EXAMPLES, 'virtual-4.yaml'), join(BROKEN, 'list.yaml')], { json: true });
    expect(code).toBe(1);
    const file = join(BROKEN, 'list.yaml');
    expect(JSON.parse(out.join('\n'))).toEqual([
      { file: join(EXAMPLES, 'virtual-4.yaml'), ok: true, rack: 'virtual-4', slots: 4, switches: 1, problems: [] },
      {
        file,
        ok: false,
        problems: [
          {
            file,
            line: 1,
            column: 1,
            message: 'the rack file is a list',
            expected: 'a mapping of keys',
            severity: 'error',
          },
        ],
      },
    ]);
  });

  it.each([
    ['a missing file', () => join(folder, 'missing.yaml'), 'there is no such file'],
    ['a file below a file', () => join(EXAMPLES, 'virtual-4.yaml/x'), 'there is no such file'],
    ['a directory', () => folder, 'it is a directory'],
    ['a device', () => '/dev/zero', 'it is neither a file nor a pipe'],
    ['a name with NUL', () => 'a\0b', 'its name holds a NUL character'],
    ['an endless name', () => `/${'x'.repeat(300)}`, 'its name is too long'],
  ])('%s is told in one sentence', (_title, path, reason) => {
    const name = path();
    const { code, out } = run([name]);
    expect(code).toBe(1);
    expect(out).toEqual([
      `${name}: the file cannot be read: ${reason}; expected a rack file (YAML)`,
      `${name}: 1 problem`,
    ]);
  });

  it('a circle of links is told in one sentence', () => {
    const path = join(folder, 'circle');
    symlinkSync(path, path);
    expect(run([path]).out[0]).toContain('its symbolic links go in a circle');
  });

  it('a binary file is told in one sentence', () => {
    const path = join(folder, 'binary');
    writeFileSync(path, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe));
    expect(run([path]).out[0]).toBe(`${path}:1:6: the file is not UTF-8 text; expected a YAML text file`);
    writeFileSync(path, 'rack: \0');
    expect(run([path]).out[0]).toBe(`${path}:1:7: the file holds the control byte 0x00; expected a YAML text file`);
  });

  it('a file beyond a megabyte is not read', () => {
    const path = join(folder, 'large');
    writeFileSync(path, Buffer.alloc(3_000_000, '#'));
    const { code, out } = run([path]);
    expect(code).toBe(1);
    expect(out[0]).toBe(`${path}: the file has more than 1048576 bytes; expected a rack file`);
  });

  it('puts state and cache where the environment says', () => {
    vi.stubEnv('PIRACK_CACHE', '/somewhere/cache');
    vi.stubEnv('PIRACK_STATE', '/somewhere/state');
    try {
      const { plan } = readRackFile(join(EXAMPLES, 'virtual-4.yaml'));
      expect(plan?.images[0]?.directory).toBe('/somewhere/cache/images/debian-12-pi');
      expect(plan?.roots.directory).toBe('/somewhere/state/virtual-4/roots');
      const other = readRackFile(join(EXAMPLES, 'virtual-4.yaml'), '/other').plan;
      expect(other?.roots.directory).toBe('/other/virtual-4/roots');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('the command', () => {
  const quiet = () =>
    checkCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {}, writeOut: () => {} });

  it('sets the exit code of the process', async () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
    const before = process.exitCode;
    try {
      await quiet().parseAsync([join(BROKEN, 'empty.yaml')], { from: 'user' });
      expect(process.exitCode).toBe(1);
      await quiet().parseAsync([join(EXAMPLES, 'virtual-4.yaml')], { from: 'user' });
      expect(process.exitCode).toBe(0);
      expect(printed.mock.calls.flat().at(-1)).toMatch(/ok, 4 slots on 1 switch$/);
    } finally {
      process.exitCode = before;
      printed.mockRestore();
    }
  });

  it('wants a file, and knows its options', async () => {
    await expect(quiet().parseAsync([], { from: 'user' })).rejects.toThrow("missing required argument 'file'");
    await expect(quiet().parseAsync(['--fix', 'x'], { from: 'user' })).rejects.toThrow("unknown option '--fix'");
  });

  it('documents its exit codes', () => {
    let help = '';
    const writeOut = (text: string) => {
      help += text;
    };
    const command = checkCommand().configureOutput({ writeOut });
    command.outputHelp();
    expect(help).toContain('Exit codes: 0 every file can be used, 1 at least one cannot, 2 wrong usage.');
  });
});
