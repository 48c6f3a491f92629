import { portNumber } from '../../port-range.ts';
import { type CheckContext, entriesOf, reportRepeats, type SwitchDraft } from './context.ts';

/** What one board on a PoE HAT or splitter may draw at the port (pi-boot §5.2): a budget below it starts nothing. */
export const ONE_BOARD_WATTS = 7;
/** What a board draws when it does nothing (pi-boot §5.3): a budget below the sum of these cannot keep all of them on. */
export const IDLE_BOARD_WATTS = 3;

/** Switches among themselves: names, addresses, uplinks, budgets. */
export function checkSwitches(context: CheckContext): void {
  const { draft, report } = context;
  if (draft.switches?.length === 0) report(['switches'], 'there are no switches', 'at least one');
  const names = new Map<string, readonly (string | number)[]>();
  const addresses = new Map<string, readonly (string | number)[]>();
  for (const [index, item] of entriesOf(draft.switches)) {
    const path = ['switches', index] as const;
    if (item.name !== undefined) {
      const told = (line: number) => `switch ${item.name} is already given on line ${line}`;
      reportRepeats(context, names, item.name, [...path, 'name'], told, 'a name of its own');
    }
    if (item.address !== undefined && item.port !== undefined) {
      const told = (line: number) => `${item.address} port ${item.port} is already the address on line ${line}`;
      reportRepeats(context, addresses, `${item.address} ${item.port}`, [...path, 'address'], told, 'another address');
    }
    checkDriver(context, index, item);
    checkUplinks(context, index, item);
    checkPortMap(context, index, item);
    checkSsh(context, index);
    checkBudget(context, index, item);
  }
}

function checkDriver({ report, driverNames }: CheckContext, index: number, { driver }: SwitchDraft): void {
  if (driver === undefined || driverNames === undefined || driverNames.includes(driver)) return;
  report(
    ['switches', index, 'driver'],
    `there is no driver ${driver}`,
    'one that `pirack switch drivers` lists, or none, and the switch is asked what it is',
  );
}

function checkUplinks({ report }: CheckContext, index: number, item: SwitchDraft): void {
  const path = ['switches', index, 'uplinks'] as const;
  if (item.uplinks?.length === 0) {
    report(path, 'there are no uplinks', 'the port towards the controller, which is never written, such as ["49"]');
  }
  const seen = new Set<string>();
  for (const [entry, names] of entriesOf(item.uplinks)) {
    for (const name of names) {
      if (seen.has(name)) report([...path, entry], `uplink ${name} is named twice`, 'every port once');
      seen.add(name);
      if (item.ports !== undefined && portNumber(name) > item.ports) {
        report(
          [...path, entry],
          `the switch has ${item.ports} ports, there is no uplink ${name}`,
          `ports up to ${item.ports}`,
        );
      }
    }
  }
}

/** A port map is believed over every rule, so it has to be sound by itself. */
function checkPortMap({ report }: CheckContext, index: number, item: SwitchDraft): void {
  const rows = new Map<string, string>();
  for (const [port, row] of Object.entries(item.port_map ?? {})) {
    if (row === undefined) continue;
    const path = ['switches', index, 'port_map', port] as const;
    const other = rows.get(row);
    if (other !== undefined) report(path, `row ${row} is the row of port ${other} already`, 'a row of its own');
    else rows.set(row, port);
    if (item.uplinks?.some((names) => names?.includes(port))) {
      report(path, `port ${port} is an uplink, and no PoE row of it is ever written`, 'ports with boards only', {
        severity: 'warning',
      });
    }
  }
}

function checkSsh({ report, isGiven }: CheckContext, index: number): void {
  const path = ['switches', index, 'ssh'] as const;
  if (!isGiven(path)) return;
  const given = ['password', 'key'].filter((key) => isGiven([...path, key]));
  if (given.length === 1) return;
  const message = given.length === 0 ? 'ssh has neither password nor key' : 'ssh has both a password and a key';
  report(path, message, 'one of the two, {file: PATH} or {env: NAME}');
}

function checkBudget({ draft, report }: CheckContext, index: number, item: SwitchDraft): void {
  if (item.budget === undefined) return;
  const path = ['switches', index, 'budget'];
  if (item.budget < ONE_BOARD_WATTS) {
    report(path, `${item.budget} W cannot power one board`, `at least ${ONE_BOARD_WATTS} W`);
    return;
  }
  const entries = [...entriesOf(draft.slots)].filter(([, entry]) => entry.switch === item.name);
  const boards = entries.reduce((sum, [, entry]) => sum + (entry.slots?.length ?? 0), 0);
  if (boards * IDLE_BOARD_WATTS > item.budget) {
    const needed = boards * IDLE_BOARD_WATTS;
    report(path, `${item.budget} W cannot keep ${boards} boards on at once`, `${needed} W or more for that`, {
      severity: 'warning',
    });
  }
  if (entries.length === 0 && item.name !== undefined && draft.slots?.every((entry) => entry?.switch !== undefined)) {
    report(['switches', index, 'name'], `switch ${item.name} has no slots`, 'slots that name it', {
      severity: 'warning',
    });
  }
}
