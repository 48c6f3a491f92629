/** A virtual rack of a few boards with the API in front of it, and a tenant with a key: all that a customer's week needs. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusView } from '../../../src/api/control/protocol.ts';
import type { RootView } from '../../../src/api/control/root-protocol.ts';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { freePort } from '../../support/free-port.ts';
import { rackFile } from '../files.ts';
import { RigRack } from '../rack.ts';
import { CustomerClient, expected } from './client.ts';
import { pidOutside } from './controller-pid.ts';

const START_LIMIT = 240_000;
const WHOLE = resolve(import.meta.dirname, '../../../rack-configs/virtual-108.yaml');
const SLOTS = '  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: 4B}';
/** A board that hangs is found soon; one that is only slow, on a busy machine, is not taken for it. */
const TIMINGS = 'timings: {default: {discover: 30 s, first_request: 30 s, transfer_idle: 30 s, root_mount: 60 s}}';

const fewBoards = (name: string, api: string) =>
  rackFile(name, SLOTS, `${TIMINGS}\n${api}`).replace('poll: 5 s}', 'poll: 2 s}');

/** The virtual rack of 108, 36 of them Pi 4. */
const wholeRack = (name: string, api: string) =>
  readFileSync(WHOLE, 'utf8')
    .replace('rack: virtual-108', `rack: ${name}`)
    .replaceAll('virtual-community', 'community')
    .replaceAll('virtual-key', 'key') + api;

export class WeekRack {
  readonly rig: RigRack;
  readonly customer: CustomerClient;

  private constructor(rig: RigRack, customer: CustomerClient) {
    this.rig = rig;
    this.customer = customer;
  }

  /**
   * @param name of the rack: two of the same name cannot be served side by side
   * @param quota how many servers the customer may have; more than two of them need the whole rack
   */
  static async serve(name: string, quota = 2): Promise<WeekRack> {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const api = `api: {listen: "127.0.0.1:${port}", public_url: "${origin}", location: RIG}\n`;
    const rig = await RigRack.serve(quota > 2 ? wholeRack(name, api) : fewBoards(name, api), START_LIMIT);
    try {
      const allUp = ({ slots }: StatusView) => slots.every(({ condition }) => condition === 'up');
      await rig.until(allUp, START_LIMIT, 'all boards up');
      await told(rig, ['tenant', 'add', 'acme', '--quota', String(quota)]);
      const key = JSON.parse(await told(rig, ['key', 'add', '--tenant', 'acme', '--scope', 'provision', '--json'])) as {
        id: string;
        secret: string;
      };
      const customer = new CustomerClient(origin, key);
      await answering(customer);
      return new WeekRack(rig, customer);
    } catch (cause) {
      await rig.stop();
      throw cause;
    }
  }

  /** The file in the root that the slot has now, or in that of its rescue; undefined: there is none. */
  async fileOf(slot: number, path: string, role: RootView['role'] = 'current'): Promise<string | undefined> {
    const { code, stdout } = await this.rig.inside('controller', ['cat', await this.#pathOf(slot, path, role)]);
    return code === 0 ? stdout : undefined;
  }

  /** As the customer would, logged in on the board. */
  async touch(slot: number, path: string): Promise<void> {
    const { code, stderr } = await this.rig.inside('controller', ['touch', await this.#pathOf(slot, path, 'current')]);
    expected(code === 0, `touch ${path} in the root of slot ${slot}`, 'it done', stderr);
  }

  async board(slot: number): Promise<BoardStatus> {
    return (await this.rig.sim('GET', `/boards/${slot}`)) as BoardStatus;
  }

  /** Waits until the board is in its next boot. */
  async nextBoot(slot: number, bootsBefore: number, limit: number): Promise<void> {
    const end = performance.now() + limit;
    for (;;) {
      const { powered, bootCount, stage } = await this.board(slot);
      if (powered && bootCount > bootsBefore) return;
      expected(performance.now() < end, `board ${slot}`, `its next boot within ${limit / 1000} s`, stage);
      await pause(20);
    }
  }

  /** Stops the board in its next boot, with its power on. */
  async hangNextBoot(slot: number, bootsBefore: number, limit: number): Promise<void> {
    await this.nextBoot(slot, bootsBefore, limit);
    await this.rig.sim('POST', `/boards/${slot}/hang`);
  }

  /** Found beforehand, so that nothing is between a request's answer and this. */
  async controllerKiller(): Promise<() => void> {
    const file = join(this.rig.directory, this.rig.name, 'bundle.json');
    const { pid: first } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
    const inside = (await this.rig.status())?.controller.pid;
    const pid = inside === undefined ? undefined : pidOutside(first, inside);
    expected(pid !== undefined, 'the controller', 'a process in the bundle', inside);
    return () => void process.kill(pid, 'SIGKILL');
  }

  async #pathOf(slot: number, path: string, role: RootView['role']): Promise<string> {
    const all = JSON.parse(await told(this.rig, ['root', 'list', '--json'])) as RootView[];
    const root = all.find((each) => each.slot === slot && each.role === role);
    expected(root !== undefined, `the roots of slot ${slot}`, `one that is ${role}`, all);
    return join(this.rig.directory, this.rig.name, 'roots', root.place, 'root', path);
  }

  stop(): Promise<void> {
    return this.rig.stop();
  }
}

async function told(rig: RigRack, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rig.pirack(args);
  expected(code === 0, `pirack ${args.join(' ')}`, 'exit code 0', stderr);
  return stdout;
}

/** The API is a process of its own, which may begin after the controller. */
async function answering(customer: CustomerClient): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const status = await customer.send('GET', '/beta/pi/servers').then(
      (reply) => reply.status,
      (cause: Error) => cause.message,
    );
    if (status === 200) return;
    expected(performance.now() < end, 'the API', 'an answer within 60 s', status);
    await pause(200);
  }
}
