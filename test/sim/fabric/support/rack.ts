/** A virtual rack in the bundle of a test: the real process, real SNMP, and a scripted boot server on every leg. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPacket, type PacketSocket } from '../../../../src/net/packet.ts';
import { realClock } from '../../../../src/net/real-clock.ts';
import { run } from '../../../../src/net/run.ts';
import type { NetbootModel } from '../../../../src/pi/tftp-names.ts';
import type { Plan, SlotPlan } from '../../../../src/rack/plan.ts';
import type { BoardStatus } from '../../../../src/sim/board/status.ts';
import type { Wire } from '../../../../src/sim/board/wire.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import type { SwitchView } from '../../../../src/sim/process/switch-control.ts';
import { DhcpOption } from '../../../../src/wire/dhcpv4/index.ts';
import { bootTree } from '../../board/support/rig.ts';
import { ScriptedServer, type ServerOptions } from '../../board/support/scripted-server.ts';
import { testPlan } from './plan.ts';

const MAIN = fileURLToPath(new URL('../../../../src/sim/main.ts', import.meta.url));
const CONTROL = '/run/sim.sock';
const SWITCH = '192.0.2.11';
const PORT_ADMIN = '1.3.6.1.2.1.105.1.1.1.3.1';
const DETECTION = '1.3.6.1.2.1.105.1.1.1.6.1';
const WAIT_MS = 60_000;

export class TestRack {
  readonly plan: Plan;
  readonly #sim: ChildProcess;

  private constructor(plan: Plan, sim: ChildProcess) {
    this.plan = plan;
    this.#sim = sim;
  }

  /** `more`: further arguments of the process. */
  static async start(
    outside: Namespaces,
    models: Parameters<typeof testPlan>[0]['models'],
    more: readonly string[] = [],
  ): Promise<TestRack> {
    const plan = testPlan({ models, secret: '/run/community' });
    writeFileSync('/run/plan.json', JSON.stringify(plan));
    const args = ['--plan', '/run/plan.json', '--control', CONTROL, '--state', '/run/state', '--speed', '100'];
    const proof = ['--ns-proof', JSON.stringify(outside)];
    const sim = spawn(process.execPath, [...process.execArgv, MAIN, ...args, ...proof, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      sim.once('exit', (code) => reject(new Error(`the virtual rack ended with ${code} before it was ready`)));
      sim.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('ready')) resolve();
      });
    });
    for (const { leg } of plan.slots) await run('ip', ['link', 'set', leg, 'up']);
    return new TestRack(plan, sim);
  }

  /** Exit code of the process, told to stop. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#sim.once('exit', resolve));
    this.#sim.kill('SIGTERM');
    return ended;
  }

  slot(slot: number): SlotPlan {
    return this.plan.slots[slot - 1] as SlotPlan;
  }

  /** A boot server on the leg of that slot, with the tree of that slot's board. */
  serve(slot: number, options: Partial<ServerOptions> = {}): ScriptedServer {
    const { leg, ipv4, simulate } = this.slot(slot);
    const name: [number, Uint8Array] = [DhcpOption.tftpServerName, new Uint8Array(Buffer.from(ipv4.controller))];
    return new ScriptedServer({
      clock: realClock,
      wire: legWire(leg),
      files: bootTree(simulate as NetbootModel, slot),
      address: ipv4.controller,
      board: ipv4.board,
      bootOptions: () => new Map([name]),
      ...options,
    });
  }

  async power(slot: number, on: boolean): Promise<void> {
    await snmp('snmpset', [`${PORT_ADMIN}.${this.slot(slot).port}`, 'i', on ? '1' : '2']);
  }

  /** pethPsePortDetectionStatus of the slot's port. */
  async detection(slot: number): Promise<number> {
    return Number((await snmp('snmpget', ['-Oqve', `${DETECTION}.${this.slot(slot).port}`])).trim());
  }

  get(path: string, method = 'GET', body?: object): Promise<{ code: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: CONTROL, path, method }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      asked.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  /** A person moves the slot's port to another VLAN at the switch. Resolves when the port's cable has moved. */
  async move(slot: number, vlan: number): Promise<void> {
    const { code, body } = await this.get(`/switches/sw1/ports/${this.slot(slot).port}/vlan`, 'POST', { vlan });
    if (code !== 200) throw new Error(JSON.stringify(body));
    const to = (await this.slotVlan(slot)).trunk ? `br${vlan}` : `i1v${vlan}`;
    await this.untilBridge(slot, to);
  }

  async slotVlan(slot: number): Promise<{ vlan?: number; trunk?: boolean }> {
    const { body } = await this.get('/switches/sw1');
    const { ports } = body as SwitchView;
    return ports.find(({ port }) => port === Number(this.slot(slot).port)) ?? {};
  }

  /** The bridge that the slot's cable is on. */
  async bridge(slot: number): Promise<string | undefined> {
    const { stdout } = await run('ip', ['-n', 'sw', '-json', 'link', 'show', `p${slot}`]);
    return (JSON.parse(stdout) as [{ master?: string }])[0].master;
  }

  async untilBridge(slot: number, bridge: string | undefined): Promise<void> {
    const deadline = realClock.monotonic() + WAIT_MS;
    for (let found = await this.bridge(slot); found !== bridge; found = await this.bridge(slot)) {
      if (realClock.monotonic() > deadline) throw new Error(`slot ${slot} is on ${found}, not on ${bridge}`);
      await pause(20);
    }
  }

  /** SETs in one PDU: OID, type and value, as snmpset takes them. */
  async set(...args: string[]): Promise<void> {
    await snmp('snmpset', args);
  }

  async board(slot: number): Promise<BoardStatus> {
    return (await this.get(`/boards/${slot}`)).body as BoardStatus;
  }

  /** The board's status once `good`; throws with the last one when that takes too long. */
  async until(slot: number, good: (status: BoardStatus) => boolean): Promise<BoardStatus> {
    const deadline = realClock.monotonic() + WAIT_MS;
    for (;;) {
      const status = await this.board(slot);
      if (good(status)) return status;
      if (realClock.monotonic() > deadline) throw new Error(`slot ${slot} stays in ${status.stage}: ${status.reason}`);
      await pause(50);
    }
  }

  /** What `ip` shows of the slot's port: is it up, has it a carrier. */
  async link(slot: number): Promise<{ up: boolean; state: string }> {
    const { stdout } = await run('ip', ['-n', 'sw', '-json', 'link', 'show', `p${slot}`]);
    const [link] = JSON.parse(stdout) as [{ flags: string[]; operstate: string }];
    return { up: link.flags.includes('UP'), state: link.operstate };
  }
}

/** The leg as a wire, in the namespace of this process. */
export function legWire(leg: string): Wire & { socket: PacketSocket } {
  const socket = openPacket({ ifname: leg, receiveSlots: 32, sendSlots: 128 });
  return {
    socket,
    send(frame) {
      socket.send(frame);
      queueMicrotask(() => socket.flush());
    },
    onFrame(handler) {
      socket.onFrames((frames) => {
        for (let i = 0; i < frames.count; i++) handler?.(frames.bytes(i), frames.vlanTci(i));
        socket.flush();
      });
    },
  };
}

async function snmp(program: string, args: string[]): Promise<string> {
  const env = { ...process.env, MIBS: '', SNMP_PERSISTENT_DIR: '/run/snmp', SNMPCONFPATH: '/run/snmp' };
  const [first = '', ...rest] = args;
  const options = first.startsWith('-') ? [first] : [];
  const oids = first.startsWith('-') ? rest : args;
  const { stdout } = await run(program, ['-v2c', '-c', 'virtual', '-t', '3', '-r', '3', ...options, SWITCH, ...oids], {
    env,
  });
  return stdout;
}
