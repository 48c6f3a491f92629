/** The objects of an agent in lexicographic order, read through functions so that nothing has to be kept up to date. */
import type { Arcs } from './oid.ts';
import { compareArcs, parseOid } from './oid.ts';

/** ASN.1 tags (RFC 2578 §7.1, RFC 3416 §3). */
export const TAG = Object.freeze({
  Integer32: 0x02,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  Counter32: 0x41,
  Gauge32: 0x42,
  TimeTicks: 0x43,
  Counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
});

export type MibValue = number | string | Buffer | null;

/** error-status by name (RFC 3416 §3). */
export const STATUS = Object.freeze({
  noError: 0,
  tooBig: 1,
  genErr: 5,
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  commitFailed: 14,
  notWritable: 17,
});

/** A scalar or a column. */
export interface MibObject {
  readonly oid: string;
  readonly tag: number;
  /** For a read-write object: the error-status for a value of the right type, 0 when it may be written. */
  readonly check?: (value: MibValue) => number;
}

export interface MibInstance {
  readonly object: MibObject;
  /** What follows the object: `0` for a scalar, the index of a row. */
  readonly index: string;
  readonly read: () => MibValue;
  readonly write?: (value: MibValue) => void;
}

export interface MibNode extends MibInstance {
  readonly oid: string;
  readonly arcs: Arcs;
}

export interface Mib {
  readonly size: number;
  get(oid: string): MibNode | undefined;
  /** The first node after `oid`, which need not exist. */
  next(oid: string): MibNode | undefined;
  /** The object that `oid` would be an instance of. */
  objectOf(oid: string): MibObject | undefined;
}

export function createMib(instances: readonly MibInstance[]): Mib {
  const nodes = instances
    .map((instance): MibNode => {
      const oid = `${instance.object.oid}.${instance.index}`;
      return { ...instance, oid, arcs: parseOid(oid) };
    })
    .sort((a, b) => compareArcs(a.arcs, b.arcs));
  const places = new Map(nodes.map((node, place) => [node.oid, place]));
  const objects = new Map(nodes.map((node) => [node.object.oid, node.object]));
  return {
    size: nodes.length,
    get: (oid) => nodes[places.get(oid) ?? -1],
    next: (oid) => {
      const place = places.get(oid);
      return nodes[place === undefined ? firstAfter(nodes, parseOid(oid)) : place + 1];
    },
    objectOf: (oid) => {
      for (let end = oid.lastIndexOf('.'); end > 0; end = oid.lastIndexOf('.', end - 1)) {
        const object = objects.get(oid.slice(0, end));
        if (object) return object;
      }
      return undefined;
    },
  };
}

/** Place of the first node after `arcs` among nodes in order. */
export function firstAfter(nodes: readonly Pick<MibNode, 'arcs'>[], arcs: Arcs): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareArcs(nodes[middle]!.arcs, arcs) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
