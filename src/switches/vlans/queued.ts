/** The VLANs of a switch through its queue, whatever they are spoken to with. */
import { seconds } from '../../rack/units.ts';
import type { VlanBackend } from '../backend.ts';
import type { SwitchDriver } from '../drivers/driver.ts';
import { SwitchError } from '../errors.ts';
import type { PoeSwitch } from '../poe.ts';
import { createVlanBackend } from './backend.ts';

/** A slow switch takes minutes for its VLAN tables: 108 port lists of 2 KB each (research: snmp-poe §3). */
const TURN_DEADLINE = seconds(240);
const READ_DEADLINE = seconds(60);

/**
 * The switch's VLANs, each exchange in its turn in the queue, so that power can go in between.
 * @throws SwitchError where the family has none that are known
 */
export async function vlansOf(poe: Pick<PoeSwitch, 'run'>): Promise<VlanBackend> {
  const { driver, own } = await poe.run({
    what: 'ask how its VLANs are kept',
    deadline: READ_DEADLINE,
    work: ({ backend, driver }) => Promise.resolve({ driver, own: backend.vlans }),
  });
  const same = (now: SwitchDriver) => {
    if (now.name === driver.name) return;
    throw new SwitchError('vlans-changed', `${now.title} answers there now, and this was begun on ${driver.title}`);
  };
  if (own === undefined) {
    const found = createVlanBackend(driver, (what, work) =>
      poe.run({
        what,
        deadline: TURN_DEADLINE,
        work: (tools) => {
          same(tools.driver);
          return work(tools.access);
        },
      }),
    );
    if (found !== undefined) return found;
    throw new SwitchError(
      'no-vlans',
      `how VLANs are kept on ${driver.title} is not known: set its ports by hand, and say isolation: manual`,
    );
  }
  const turn = <T>(what: string, work: (vlans: VlanBackend) => Promise<T>) =>
    poe.run({
      what,
      deadline: TURN_DEADLINE,
      work: (tools) => {
        same(tools.driver);
        return work(tools.backend.vlans as VlanBackend);
      },
    });
  const { creates, edge, numbering, settleMs, save } = own;
  return {
    numbering,
    settleMs,
    ...(creates === undefined ? {} : { creates }),
    read: () => turn('read its VLANs', (vlans) => vlans.read()),
    pvids: () => turn('read its PVIDs', (vlans) => vlans.pvids()),
    write: (steps, state, guard) =>
      turn(`change its VLANs (${steps.length} steps)`, (vlans) => vlans.write(steps, state, guard)),
    save: save && (() => turn('save its configuration', async (vlans) => vlans.save?.())),
    edge: edge && ((ports, guard) => turn('set its edge ports', (vlans) => vlans.edge?.(ports, guard) ?? NO_EDGE)),
  };
}

const NO_EDGE = Promise.resolve({ set: [], problems: [], changed: false });
