/** A customer's week: everything that is done to a server from its order to its end, over HTTP against a whole rack. */
import { type CustomerClient, expected, type Question, type Reply } from './client.ts';
import type { WeekRack } from './week-rack.ts';

/** Of a task, boots and all, on a machine that may be busy. Milliseconds. */
const TASK_LIMIT = 240_000;
const NAME = 'web-1';
const SERVER = `/api/v1/servers/${NAME}`;
const ME = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRqSFRZJlG0cqfaYhRjd5QYeLQg8BGIgZFI6qr9DRtQ me';
const YOU = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBcKBBjZU0rFJ0tl1Vn3Py3W2gVmQCTAkjEJ7DRz7BDf you';
const KEYS = 'root/.ssh/authorized_keys';
const MINE = 'root/mine';

export interface Took {
  readonly step: string;
  readonly seconds: number;
}

type Task = {
  readonly state: string;
  readonly outcome: { readonly how: string; readonly text: string } | null;
  readonly error: { readonly code: string; readonly text: string } | null;
};

/** Lives through it. Throws Unexpected at the first thing that is not as a customer may rely on. */
export async function liveTheWeek(rack: WeekRack, tell: (line: string) => void): Promise<readonly Took[]> {
  const took: Took[] = [];
  const week = new Week(rack);
  for (const [step, live] of week.steps) {
    const began = performance.now();
    let told: unknown;
    try {
      told = await live();
    } catch (cause) {
      tell(`not as expected, after ${((performance.now() - began) / 1000).toFixed(1)} s: ${step}`);
      throw cause;
    }
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    took.push({ step, seconds });
    tell(`${seconds.toFixed(1).padStart(6)} s  ${step}${typeof told === 'string' ? ` (${told})` : ''}`);
  }
  return took;
}

class Week {
  readonly #rack: WeekRack;
  readonly #customer: CustomerClient;
  #slot = 0;

  constructor(rack: WeekRack) {
    this.#rack = rack;
    this.#customer = rack.customer;
  }

  readonly steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['ordered with a key, and live', () => this.#order('order-1')],
    ['rebooted, and told how', () => this.#reboot()],
    ['rebooted, though the controller is killed as soon as it has answered', () => this.#rebootThroughKill()],
    ['another key, on its disk', () => this.#changeKeys()],
    ['reimaged: a fresh root with the same keys', () => this.#reimage()],
    ['the root before is back', () => this.#undo()],
    ['a boot that hung on the way, tried again by the rack', () => this.#failBoot()],
    ['rescued: another root for one boot, its own in it', () => this.#rescue()],
    ['its own root again', () => this.#leaveRescue()],
    ['protected, and so not deleted; then deleted', () => this.#remove()],
    ['ordered again by the same name, with nothing of before', () => this.#orderAgain()],
    ['deleted for good', () => this.#removeAgain()],
  ];

  /** Asks for a task and follows it to its end. */
  async #task(path: string, question: Question = {}, meanwhile?: () => Promise<void>): Promise<Task> {
    const { location = '' } = await this.#customer.ask(202, 'POST', path, question);
    await meanwhile?.();
    return this.#ended(location);
  }

  async #ended(location: string): Promise<Task> {
    const ended = ({ body }: Reply) => ['done', 'failed', 'cancelled'].includes(String(body.state));
    const { body } = await this.#customer.until(location, ended, TASK_LIMIT, 'a task that has ended');
    expected(body.state === 'done', `the task ${location}`, 'it done', body);
    return body as unknown as Task;
  }

  async #live(): Promise<void> {
    const live = ({ body }: Reply) => body.status === 'live' && body.is_booting === false && body.power === true;
    await this.#customer.until(`/beta/pi/servers/${NAME}`, live, TASK_LIMIT, 'a server that is live');
  }

  async #order(key: string): Promise<void> {
    const question = {
      body: { name: NAME, model: 4, disk: 10, ssh_key: ME, tags: { env: 'prod' } },
      idempotencyKey: key,
    };
    const first = await this.#customer.ask(202, 'POST', '/api/v1/servers', question);
    const again = await this.#customer.ask(202, 'POST', '/api/v1/servers', question);
    expected(again.replayed && again.location === first.location, 'the order again', 'the same answer', again);
    await this.#ended(first.location ?? '');
    await this.#live();
    const { body } = await this.#customer.ask(200, 'GET', SERVER);
    this.#slot = Number(/-s(\d+)(?:\.|$)/.exec(String(body.hostname))?.[1]);
    expected(this.#slot > 0, 'hostname', 'the name of a slot', body.hostname);
    await this.#hasKeys([ME], [YOU]);
  }

  async #hasKeys(those: readonly string[], others: readonly string[]): Promise<void> {
    const file = (await this.#rack.fileOf(this.#slot, KEYS)) ?? '';
    expected(
      those.every((key) => file.includes(key)),
      KEYS,
      `the keys ${those.join(', ')}`,
      file,
    );
    expected(!others.some((key) => file.includes(key)), KEYS, `no key ${others.join(', ')}`, file);
  }

  /** It is asked over SSH; on a machine too busy for that to answer in time its power is cut, and the task says so. */
  async #reboot(): Promise<string> {
    const { outcome } = await this.#task(`${SERVER}/reboot`, { body: { how: 'auto' } });
    const soft = outcome?.how === 'soft';
    const hard = outcome?.how === 'hard' && outcome.text.startsWith('its power was cut: ');
    expected(soft || hard, 'the outcome', 'soft, or hard and why', outcome);
    await this.#live();
    return outcome?.text ?? '';
  }

  async #rebootThroughKill(): Promise<void> {
    const kill = await this.#rack.controllerKiller();
    const { bootCount } = await this.#rack.board(this.#slot);
    await this.#customer.ask(202, 'POST', `/beta/pi/servers/${NAME}/reboot`);
    kill();
    await this.#rack.nextBoot(this.#slot, bootCount, TASK_LIMIT);
    await this.#live();
  }

  async #changeKeys(): Promise<void> {
    await this.#customer.ask(200, 'PUT', `${SERVER}/ssh-key`, { body: { ssh_key: `${ME}\n${YOU}` } });
    await this.#hasKeys([ME, YOU], []);
    await this.#customer.ask(200, 'PUT', `/beta/pi/servers/${NAME}/ssh-key`, { body: { ssh_key: YOU } });
    await this.#hasKeys([YOU], [ME]);
    await this.#rack.touch(this.#slot, MINE);
  }

  async #has(path: string, wanted: boolean): Promise<void> {
    const there = (await this.#rack.fileOf(this.#slot, path)) !== undefined;
    expected(there === wanted, `${path} in the root of the server`, wanted ? 'it there' : 'it gone', there);
  }

  async #reimage(): Promise<void> {
    await this.#task(`${SERVER}/reimage`, { body: { os_image: 'debian' }, idempotencyKey: 'rebuild-1' });
    await this.#live();
    await this.#has(MINE, false);
    await this.#hasKeys([YOU], [ME]);
  }

  async #undo(): Promise<void> {
    await this.#task(`${SERVER}/undo`);
    await this.#live();
    await this.#has(MINE, true);
  }

  async #failBoot(): Promise<void> {
    const { bootCount } = await this.#rack.board(this.#slot);
    await this.#task(`${SERVER}/reboot`, { body: { how: 'hard' } }, async () => {
      await this.#rack.hangNextBoot(this.#slot, bootCount, TASK_LIMIT);
      const { body } = await this.#customer.ask(200, 'GET', SERVER);
      expected(body.is_booting === true && body.boot_progress !== null, 'a server that hangs', 'that it boots', body);
    });
    await this.#live();
    const { body } = await this.#customer.ask(200, 'GET', `${SERVER}/boots`);
    const boots = body.boots as readonly { readonly outcome: string; readonly cause: string | null }[];
    const said = boots[0]?.outcome === 'up' && boots[1]?.outcome !== 'up' && (boots[1]?.cause ?? '') !== '';
    expected(said, 'its boots', 'one that is up, and before it one that says why it was not', boots.slice(0, 3));
  }

  async #rescue(): Promise<void> {
    await this.#task(`${SERVER}/rescue`, { body: {} });
    await this.#live();
    const mounts = (await this.#rack.fileOf(this.#slot, 'etc/fstab', 'rescue')) ?? '';
    expected(mounts.includes(' /mnt/root nfs '), 'etc/fstab of the rescue', 'its own root at /mnt/root', mounts);
  }

  async #leaveRescue(): Promise<string> {
    const how = await this.#reboot();
    await this.#has(MINE, true);
    await this.#hasKeys([YOU], [ME]);
    return how;
  }

  async #remove(): Promise<void> {
    const protect = (wanted: boolean) => ({ body: { protection: { delete: wanted } } });
    await this.#customer.ask(200, 'PATCH', SERVER, protect(true));
    const refused = await this.#customer.ask(409, 'DELETE', `/beta/pi/servers/${NAME}`);
    expected(refused.body.code === 'protected', 'the refusal', 'protected', refused.body);
    await this.#customer.ask(200, 'PATCH', SERVER, protect(false));
    await this.#removeAgain();
  }

  async #removeAgain(): Promise<void> {
    await this.#customer.ask(204, 'DELETE', SERVER);
    await this.#customer.ask(404, 'GET', SERVER);
  }

  async #orderAgain(): Promise<void> {
    await this.#order('order-2');
    await this.#has(MINE, false);
  }
}
