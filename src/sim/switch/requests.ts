/** What an agent answers (RFC 3416 §4.2): pure but for the values read and the writes committed. */
import type { Change, Mib, MibNode, MibValue, Refusal, Together } from './mib.ts';
import { STATUS, TAG } from './mib.ts';
import { oidOctets } from './oid.ts';

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

export function answerRequest(mib: Mib, request: AgentRequest, lie: () => boolean = () => false): AgentAnswer {
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
      return set(mib, request, lie);
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

/**
 * All or nothing (§4.2.5): everything is checked before anything is written. Rows for which `lie` holds are answered for
 * like the others and left as they are.
 */
function set(mib: Mib, request: AgentRequest, lie: () => boolean): AgentAnswer {
  const { varbinds } = request;
  const refused = ({ errorStatus, place }: Refusal) => ({ errorStatus, errorIndex: place, varbinds });
  const changes: Change[] = [];
  for (const [at, varbind] of varbinds.entries()) {
    const place = at + 1;
    if (!request.mayWrite) return refused({ errorStatus: STATUS.noAccess, place });
    const checked = checkSet(mib, varbind, place);
    if ('errorStatus' in checked) return refused(checked);
    changes.push(checked);
  }
  const all = prepare(mib, changes);
  if ('errorStatus' in all) return refused(all);
  const kept = withoutLies(changes, lie);
  const some = kept.length === changes.length ? all : prepare(mib, kept);
  // What is left of a SET may not hold together: then nothing of it is done.
  if (!('errorStatus' in some)) for (const commit of some) commit();
  return { errorStatus: STATUS.noError, errorIndex: 0, varbinds };
}

/** The checks of §4.2.5 in their order, as far as one varbind goes. */
function checkSet(mib: Mib, { oid, type, value }: Varbind, place: number): Change | Refusal {
  const object = mib.objectOf(oid);
  if (!object?.check) return { errorStatus: STATUS.notWritable, place };
  if (type !== object.tag) return { errorStatus: STATUS.wrongType, place };
  const errorStatus = object.check(value);
  if (errorStatus !== STATUS.noError) return { errorStatus, place };
  if (!object.together && !mib.get(oid)?.write) return { errorStatus: STATUS.noCreation, place };
  return { place, object, index: oid.slice(object.oid.length + 1), value };
}

function prepare(mib: Mib, changes: readonly Change[]): Refusal | (() => void)[] {
  const commits: (() => void)[] = [];
  const groups = new Map<Together, Change[]>();
  for (const change of changes) {
    const { together, oid } = change.object;
    if (together) groups.set(together, [...(groups.get(together) ?? []), change]);
    else commits.push(() => mib.get(`${oid}.${change.index}`)?.write?.(change.value));
  }
  for (const [together, group] of groups) {
    const prepared = together.prepare(group);
    if ('errorStatus' in prepared) return prepared;
    commits.push(prepared);
  }
  return commits;
}

/** A row is done or not done as a whole. */
function withoutLies(changes: readonly Change[], lie: () => boolean): readonly Change[] {
  const lies = new Map<string, boolean>();
  return changes.filter(({ object, index }) => {
    const row = `${object.oid.slice(0, object.oid.lastIndexOf('.'))} ${index}`;
    const known = lies.get(row) ?? lie();
    lies.set(row, known);
    return !known;
  });
}

/** Octets of one varbind in BER, at most. */
export function varbindOctets({ oid, type, value }: Varbind): number {
  const name = 2 + oidOctets(oid);
  if (typeof value === 'number') return 4 + name + 2 + 5;
  if (Buffer.isBuffer(value)) return 4 + name + 4 + value.length;
  if (typeof value !== 'string') return 4 + name + 2;
  return 4 + name + 4 + (type === TAG.ObjectIdentifier ? oidOctets(value) : Buffer.byteLength(value));
}
