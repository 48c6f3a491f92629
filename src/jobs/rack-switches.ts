/** The switches of a rack: opened once, watched, kept isolated, and shown to staff. */
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { Plan, SlotPlan, SwitchPlan } from '../rack/plan.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { PortTable } from '../store/ports.ts';
import type { SettingsWanted } from '../switches/configure.ts';
import { type Proposal, proposeFragment } from '../switches/discovery/propose.ts';
import { surveySwitch } from '../switches/discovery/survey.ts';
import { openIsolation } from '../switches/isolation.ts';
import { openSwitch, type PoeSwitch } from '../switches/poe.ts';
import type { Proof } from '../switches/ports/physics.ts';
import type { PortMapStore } from '../switches/ports/store.ts';
import { chooseByIdentity } from '../switches/snmp/choose.ts';
import type { SecretReader } from '../switches/snmp/secrets.ts';
import { createSshSwitch, type SshSwitch } from '../switches/ssh/backend.ts';
import type { VlanJournal } from '../switches/vlans/journal.ts';
import type { Mac } from '../wire/address.ts';
import { type DarkSlots, IsolationKeeper } from './isolation.ts';
import { poeDriver } from './poe-driver.ts';
import { provePort } from './port-proof.ts';
import { PortWatch } from './ports/port-watch.ts';
import { watchedSwitch } from './ports/watched-switch.ts';
import type { PowerSwitch } from './power-switch.ts';
import type { RackState } from './rack-state.ts';

export interface RackSwitch {
  readonly plan: SwitchPlan;
  readonly slots: readonly SlotPlan[];
  readonly poe: PoeSwitch;
  readonly isolation: IsolationKeeper;
  readonly ssh: SshSwitch;
}

export interface RackSwitchesParts {
  readonly plan: Plan;
  readonly secrets: SecretReader;
  readonly portMaps: PortMapStore;
  readonly journal: VlanJournal;
  readonly ports: Pick<PortTable, 'sync' | 'save'>;
  readonly dark: DarkSlots;
  readonly state: RackState;
  readonly clock: Clock;
  readonly log: Logger;
  /** The controller's own addresses on the trunk, now. */
  readonly controllerMacs: () => ReadonlySet<Mac>;
  /** Called when slots may have power that could not before. */
  readonly changed: () => void;
}

export interface SettingOutcome {
  readonly slot: SlotNumber;
  readonly ok: boolean;
  readonly text: string;
}

export class RackSwitches {
  readonly all: readonly RackSwitch[];
  readonly #parts: RackSwitchesParts;
  readonly #bySlot = new Map<SlotNumber, RackSwitch>();
  readonly #watch: PortWatch;

  constructor(parts: RackSwitchesParts) {
    this.#parts = parts;
    this.all = parts.plan.switches.map((planned) => openRackSwitch(planned, parts));
    for (const each of this.all) for (const { slot } of each.slots) this.#bySlot.set(slot, each);
    const { plan, state, ports: store, clock, log, controllerMacs } = parts;
    const switches = this.all.map((each) => watchedSwitch(each.plan, each.poe, clock));
    this.#watch = new PortWatch({ plan, switches, state, store, clock, log, controllerMacs });
  }

  start(): void {
    for (const { isolation } of this.all) isolation.start();
    this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
    for (const { isolation } of this.all) isolation.stop();
  }

  /** After `stop`, when nobody switches power any more. */
  close(): void {
    for (const { poe, ssh } of this.all) {
      poe.close();
      ssh.close();
    }
  }

  /** What the power jobs drive, by name of the switch: isolation hears of every poll before anything is switched on. */
  drivers(): ReadonlyMap<string, PowerSwitch> {
    return new Map(
      this.all.map(({ plan, poe, isolation }) => {
        const driver = poeDriver(poe);
        const poll = async () => {
          const read = await driver.poll();
          isolation.polled(read.restarted);
          return read;
        };
        return [plan.name, { ...driver, poll }];
      }),
    );
  }

  /** @throws RangeError for a name that is none of this rack's */
  get(name: string): RackSwitch {
    const found = this.all.find((each) => each.plan.name === name);
    if (found === undefined) throw new RangeError(`expected a switch of this rack, got ${name}`);
    return found;
  }

  /** Why the slot may not be switched on; undefined: it may. */
  mayPower(slot: SlotNumber): string | undefined {
    return this.#bySlot.get(slot)?.isolation.mayPower(slot);
  }

  /** What does not work as it should, one sentence each. */
  troubles(): readonly string[] {
    return [...this.all.flatMap(({ isolation }) => isolation.trouble ?? []), ...this.#watch.troubles()];
  }

  /** Priority and limit of the slots' ports, every switch at the same time; one outcome a slot. */
  async configure(slots: readonly SlotNumber[], wanted: SettingsWanted): Promise<readonly SettingOutcome[]> {
    const outcomes = await Promise.all(
      this.all.map(async (each) => {
        const own = each.slots.filter(({ slot }) => slots.includes(slot));
        return own.length === 0 ? [] : configureOn(each, own, wanted);
      }),
    );
    return outcomes.flat();
  }

  /** Power-cycles the board of one slot and judges what goes with it. */
  prove(slot: SlotNumber, tell: (text: string) => void): Promise<Proof> {
    const found = this.#bySlot.get(slot);
    const planned = found?.slots.find((one) => one.slot === slot);
    if (found === undefined || planned === undefined) throw new RangeError(`expected a slot of this rack, got ${slot}`);
    const { dark, clock, state } = this.#parts;
    return provePort({ poe: found.poe, slot: planned, mac: state.get(slot).board.mac, dark, clock, tell });
  }

  /** What the switch would be in a rack file, as it is now. */
  async discover(name: string): Promise<Proposal> {
    const { poe, plan, slots } = this.get(name);
    const { clock, controllerMacs } = this.#parts;
    const survey = await surveySwitch(poe, clock);
    const { address, port, snmp } = plan;
    const firstSlot = Math.min(...slots.map(({ slot }) => slot));
    return proposeFragment(survey, { name, address, port, snmp, controllerMacs: controllerMacs(), firstSlot });
  }
}

function openRackSwitch(planned: SwitchPlan, parts: RackSwitchesParts): RackSwitch {
  const { plan, clock, log, secrets, state, dark, changed } = parts;
  const slots = plan.slots.filter((slot) => slot.switch === planned.name);
  const ssh = createSshSwitch(planned, { clock, log, secrets });
  const poe = openSwitch(planned, {
    clock,
    log,
    secrets,
    ports: slots.map((slot) => slot.port),
    chooseDriver: chooseByIdentity(log),
    wrap: ssh.wrap,
    portMaps: parts.portMaps,
    tell: (kind, text) => state.event(undefined, kind, text),
  });
  const isolation = openIsolation({
    poe,
    request: { switch: planned.name, slots, uplinks: planned.uplinks },
    reserved: planned.reservedVlans,
    journal: parts.journal,
    clock,
  });
  const keeper = new IsolationKeeper({ plan: planned, isolation, dark, state, clock, log, changed });
  return { plan: planned, slots, poe, isolation: keeper, ssh };
}

async function configureOn(
  { poe }: RackSwitch,
  slots: readonly SlotPlan[],
  wanted: SettingsWanted,
): Promise<SettingOutcome[]> {
  try {
    const results = await poe.configure(
      slots.map(({ port }) => port),
      wanted,
    );
    return slots.map(({ slot, port }) => {
      const result = results.find((one) => one.port === port);
      const { priority, limit } = result?.settings ?? {};
      const reads = [priority && `priority ${priority}`, limit === undefined ? undefined : `limit ${limit} W`];
      const ok = result !== undefined && result.error === undefined;
      const text = result?.error?.message ?? reads.filter((part) => part !== undefined).join(', ');
      return { slot, ok, text: text || 'the switch did not say what it is set to' };
    });
  } catch (cause) {
    return slots.map(({ slot }) => ({ slot, ok: false, text: (cause as Error).message }));
  }
}
