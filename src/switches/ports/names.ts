/** What interface names tell: the family and number of a faceplate port, and what is no port at all. */

/** ifName and ifDescr of one interface, and its ifType. */
export interface Interface {
  readonly type: number;
  /** ifName; empty where the switch has none. */
  readonly name: string;
  /** ifDescr, where it was asked for. */
  readonly description?: string;
}

/** IANAifType: ethernetCsmacd, and the two that older agents have for fast and gigabit ports. */
const ETHERNET = new Set([6, 62, 117]);
/** ieee8023adLag, and propMultiplexor as ProCurve has it for trunks. */
const AGGREGATE_TYPES = new Set([161, 54]);

const AGGREGATE =
  /^(?:lag|po|port-?channel|ch|trk|trunk|ae|bond|eth-?trunk|bridge-?aggregation|team|linkaggregate)-?(\d{1,5})$/;

/** Interfaces of the switch's own: VLANs, its CPU, its management port. They may say ethernetCsmacd like any port. */
const OWN =
  /^(?:vlan|vl\d|loopback|lo\d|null|cpu|mgmt|management|meth|mg\d|me\d|oob|ifc\d|fxp|em\d|bme|vme|eth0$|[a-z]+if\d)/;

/** Case and spaces do not tell two ports apart. */
export function normal(name: string): string {
  return name.toLowerCase().replaceAll(/\s+/g, '');
}

/** `gi1/0/7` is number 7 of the family `gi1/0/`. */
export function faceplate(name: string): { readonly family: string; readonly number: number } | undefined {
  const parts = /^(.*?)(\d{1,5})$/.exec(name.trim());
  return parts ? { family: parts[1]!, number: Number(parts[2]) } : undefined;
}

/** The member of a stack, or the slot, that a name says: 2 of `gi2/0/7` and of `2/7`; undefined where names have one number. */
export function unitOf(name: string): number | undefined {
  const numbers = /(\d{1,5})(?:\/\d{1,5})+$/.exec(name.trim());
  return numbers ? Number(numbers[1]) : undefined;
}

/** Whether it may be a socket of the faceplate, as far as type and name tell. */
export function isSocket(one: Interface): boolean {
  return ETHERNET.has(one.type) && !OWN.test(normal(one.name)) && aggregateNumber(one) === undefined;
}

/** The number of an aggregate: 1 of `Trk1`, of `Po1`, and of interface `3/1` that is described as `Link Aggregate 1`. */
export function aggregateNumber({ type, name, description }: Interface): number | undefined {
  for (const words of [name, description ?? '']) {
    const number = AGGREGATE.exec(normal(words))?.[1];
    if (number !== undefined) return Number(number);
  }
  return AGGREGATE_TYPES.has(type) ? (faceplate(name)?.number ?? Number.NaN) : undefined;
}

/** Whether frames of boards may pass it, so that it can be an uplink. */
export function carriesFrames(one: Interface): boolean {
  return isSocket(one) || aggregateNumber(one) !== undefined;
}

/** The number in `lag 1`, `Trk1`, `Port-channel 1`, as somebody may call an aggregate. */
export function aggregateCalled(name: string): number | undefined {
  const number = AGGREGATE.exec(normal(name))?.[1];
  return number === undefined ? undefined : Number(number);
}

export function isBareNumber(name: string): boolean {
  return /^\d{1,5}$/.test(name);
}

/** The last arc of a row's index: its port. */
export function portOf(row: string): number {
  return Number(row.slice(row.lastIndexOf('.') + 1));
}

/** What stands before it: its group. Empty for tables that count ports through. */
export function groupOf(row: string): string {
  return row.slice(0, Math.max(0, row.lastIndexOf('.')));
}
