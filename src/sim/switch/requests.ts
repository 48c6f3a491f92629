/** What an agent answers (RFC 3416 §4.2): pure but for the values read and the writes committed. */
import type { Mib, MibNode, MibValue } from './mib.ts';
import { STATUS, TAG } from './mib.ts';
import { oidOctets, parseOid } from './oid.ts';

export interface Varbind {
  readonly oid: string;
  readonly type: number;
  readonly value: MibValue;
}

export interface AgentRequest {
  readonly kind: 'get' | 'getNext' | 'getBulk' | 'set';
  readonly varbinds: readonly Varbind[];
  /** getBulk only. */
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  /** Whether the community or user may write. */
  readonly mayWrite: boolean;
  /** Octets that the varbinds of an answer may fill. */
  readonly room: number;
}

export interface AgentAnswer {
  readonly errorStatus: number;
  /** From 1; 0 where no varbind is to blame. */
  readonly errorIndex: number;
  readonly varbinds: readonly Varbind[];
}

export function answerRequest(mib: Mib, request: AgentRequest): AgentAnswer {
  switch (request.kind) {
    case 'get':
      return fitting(
        request,
        request.varbinds.map(({ oid }) => getOne(mib, oid)),
      );
    case 'getNext':
      return fitting(
        request,
        request.varbinds.map(({ oid }) => nextOne(mib, oid)),
      );
    case 'getBulk':
      return getBulk(mib, request);
    case 'set':
      return set(mib, request);
  }
}

function getOne(mib: Mib, oid: string): Varbind {
  const node = mib.get(oid);
  if (node) return varbindOf(node);
  return { oid, type: mib.objectOf(oid) ? TAG.noSuchInstance : TAG.noSuchObject, value: null };
}

function nextOne(mib: Mib, oid: string): Varbind {
  const node = mib.next(oid);
  return node ? varbindOf(node) : { oid, type: TAG.endOfMibView, value: null };
}

function varbindOf(node: MibNode): Varbind {
  return { oid: node.oid, type: node.object.tag, value: node.read() };
}

/** An answer that does not fit is tooBig, without varbinds. */
function fitting(request: AgentRequest, varbinds: readonly Varbind[]): AgentAnswer {
  const octets = varbinds.reduce((total, varbind) => total + varbindOctets(varbind), 0);
  if (octets > request.room) return { errorStatus: STATUS.tooBig, errorIndex: 0, varbinds: [] };
  return { errorStatus: STATUS.noError, errorIndex: 0, varbinds };
}

/** Fills the answer row by row and stops where it is full: fewer varbinds than asked for are allowed. */
function getBulk(mib: Mib, request: AgentRequest): AgentAnswer {
  const single = Math.max(0, Math.min(request.nonRepeaters, request.varbinds.length));
  const first = fitting(
    request,
    request.varbinds.slice(0, single).map(({ oid }) => nextOne(mib, oid)),
  );
  if (first.errorStatus !== STATUS.noError) return first;
  const varbinds = [...first.varbinds];
  let room = request.room - varbinds.reduce((total, varbind) => total + varbindOctets(varbind), 0);
  let cursors = request.varbinds.slice(single).map(({ oid }) => oid);
  for (let row = 0; row < request.maxRepetitions && cursors.length > 0; row += 1) {
    const found: Varbind[] = [];
    for (const cursor of cursors) {
      const varbind = nextOne(mib, cursor);
      room -= varbindOctets(varbind);
      if (room < 0) return ended(varbinds, found);
      found.push(varbind);
    }
    varbinds.push(...found);
    if (found.every(({ type }) => type === TAG.endOfMibView)) break;
    cursors = found.map(({ oid }) => oid);
  }
  return { errorStatus: STATUS.noError, errorIndex: 0, varbinds };
}

/** The row that did not fit is kept as far as it went; not even one varbind is tooBig. */
function ended(varbinds: readonly Varbind[], row: readonly Varbind[]): AgentAnswer {
  const all = [...varbinds, ...row];
  return { errorStatus: all.length === 0 ? STATUS.tooBig : STATUS.noError, errorIndex: 0, varbinds: all };
}

/** All or nothing (§4.2.5): everything is checked before anything is written. */
function set(mib: Mib, request: AgentRequest): AgentAnswer {
  const { varbinds } = request;
  for (const [place, varbind] of varbinds.entries()) {
    const errorStatus = request.mayWrite ? checkSet(mib, varbind) : STATUS.noAccess;
    if (errorStatus !== STATUS.noError) return { errorStatus, errorIndex: place + 1, varbinds };
  }
  for (const { oid, value } of varbinds) mib.get(oid)!.write!(value);
  return { errorStatus: STATUS.noError, errorIndex: 0, varbinds };
}

/** The checks of §4.2.5 in their order. */
function checkSet(mib: Mib, { oid, type, value }: Varbind): number {
  const object = mib.objectOf(oid);
  if (!object?.check) return STATUS.notWritable;
  if (type !== object.tag) return STATUS.wrongType;
  const errorStatus = object.check(value);
  if (errorStatus !== STATUS.noError) return errorStatus;
  return mib.get(oid)?.write ? STATUS.noError : STATUS.noCreation;
}

/** Octets of one varbind in BER, at most. */
export function varbindOctets({ oid, type, value }: Varbind): number {
  const name = 2 + oidOctets(parseOid(oid));
  if (typeof value === 'number') return 4 + name + 2 + 5;
  if (Buffer.isBuffer(value)) return 4 + name + 4 + value.length;
  if (typeof value !== 'string') return 4 + name + 2;
  return 4 + name + 4 + (type === TAG.ObjectIdentifier ? oidOctets(parseOid(value)) : Buffer.byteLength(value));
}
