/** An SNMPv2c and v3 agent without a socket: datagrams in, datagrams out. */
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { SnmpAuth, SnmpPriv } from '../../rack/plan.ts';
import { millis } from '../../rack/units.ts';
import type { Faults } from './faults.ts';
import { happens } from './faults.ts';
import { TAG } from './mib.ts';
import type { AgentSocket, NetSnmpMessage, Peer } from './net-snmp.ts';
import { AUTH, library, PRIV } from './net-snmp.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';
import type { Engine, V3Header } from './usm.ts';
import { encodeReport, peekV3, REPORT_PDU, TIME_WINDOW_SECONDS, USM_STATS } from './usm.ts';

export interface AgentAccess {
  readonly communities: readonly { readonly name: string; readonly write: boolean }[];
  readonly users: readonly AgentUser[];
}

export interface AgentUser {
  readonly name: string;
  readonly auth: { readonly protocol: SnmpAuth; readonly key: string };
  readonly priv: { readonly protocol: SnmpPriv; readonly key: string };
  readonly write: boolean;
}

export interface AgentOptions {
  readonly access: AgentAccess;
  readonly answer: (request: AgentRequest) => AgentAnswer;
  readonly engine: () => Engine;
  readonly engineId: Buffer;
  readonly send: (bytes: Buffer, to: Peer) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly faults: Faults;
  readonly log: Logger;
}

export interface Agent {
  /** Never throws, whatever the bytes. */
  receive(datagram: Buffer, from: Peer): void;
  /** Answers that are still to be sent are not: a restart. */
  forget(): void;
  readonly counts: { received: number; answered: number; dropped: number; reports: number };
}

/** Answers that may wait for their time; the next request is lost, as in a full receive buffer. */
const MOST_WAITING = 128;

/** What SNMP puts around the varbinds: community and PDU, or a v3 header with the longest digest. */
const AROUND_V2C = 80;
const AROUND_V3 = 220;

export function createAgent(options: AgentOptions): Agent {
  const { clock, faults, random, log, engine } = options;
  const counts = { received: 0, answered: 0, dropped: 0, reports: 0 };
  const mayWrite = new Map(options.access.communities.map(({ name, write }) => [name, write]));
  const userMayWrite = new Map(options.access.users.map(({ name, write }) => [name, write]));
  let deliver: (bytes: Buffer, peer: Peer) => void = () => {};
  let undecryptable = false;
  let generation = 0;
  let waiting = 0;
  let busyUntil = clock.monotonic();

  const drop = () => {
    counts.dropped += 1;
  };
  /** The library throws on much of what it cannot read, and a socket on a peer's port 0. */
  const survive = (work: () => void) => {
    try {
      work();
    } catch (error) {
      drop();
      log.debug({ reason: (error as Error).name }, 'datagram dropped');
    }
  };
  const send = (bytes: Buffer, to: Peer) => {
    if (happens(faults.loseAnswer, random)) drop();
    else options.send(bytes, to);
  };
  const socket: AgentSocket = {
    on: (event, listener) => {
      if (event === 'message') deliver = listener;
    },
    bind: () => {},
    send: (bytes, _from, _length, port, address, done) => {
      send(bytes, { address, port });
      done();
    },
  };
  const inner = library.createAgent(
    { engineID: options.engineId, dgramModule: { createSocket: () => socket } },
    (error) => {
      if (error?.code === library.ResponseInvalidCode.ECouldNotDecrypt) undecryptable = true;
      // The message of an error may hold the community that was tried.
      if (error) log.debug({ name: error.name }, 'request dropped');
    },
  );
  for (const { name } of options.access.communities) inner.getAuthorizer().addCommunity(name);
  for (const { name, auth, priv } of options.access.users) {
    inner.getAuthorizer().addUser({
      name,
      level: library.SecurityLevel.authPriv,
      authProtocol: AUTH[auth.protocol],
      authKey: auth.key,
      privProtocol: PRIV[priv.protocol],
      privKey: priv.key,
    });
  }

  const respond = (message: NetSnmpMessage, peer: Peer, answer: AgentAnswer, type?: number) => {
    const response = message.pdu.getResponsePduForRequest();
    const { errorStatus, errorIndex, varbinds } = answer;
    Object.assign(response, { errorStatus, errorIndex, varbinds });
    if (type !== undefined) response.type = type;
    if (message.msgSecurityParameters) {
      message.msgSecurityParameters.msgAuthoritativeEngineBoots = engine().boots;
      message.msgSecurityParameters.msgAuthoritativeEngineTime = engine().time;
    }
    inner.sendResponse(socket, peer, message, response);
  };

  /** The weak CPU: one answer after the other, each in its time. */
  const inTurn = (varbinds: number, work: () => void) => {
    if (faults.slow === 0) return work();
    const now = clock.monotonic();
    busyUntil = millis(Math.max(now, busyUntil) + faults.slow * varbinds);
    waiting += 1;
    const mine = generation;
    clock.after(millis(busyUntil - now), () => {
      if (mine !== generation) return;
      waiting -= 1;
      survive(work);
    });
  };

  const handle = (kind: AgentRequest['kind']) => (_socket: AgentSocket, message: NetSnmpMessage, peer: Peer) => {
    const write = writer(message);
    if (write === undefined) return drop();
    if (message.msgSecurityParameters && !inTimeWindow(message.msgSecurityParameters, engine())) {
      counts.reports += 1;
      const oid = `1.3.6.1.6.3.15.1.1.${USM_STATS.notInTimeWindows}.0`;
      const varbinds = [{ oid, type: TAG.Counter32, value: counts.reports }];
      return respond(message, peer, { errorStatus: 0, errorIndex: 0, varbinds }, REPORT_PDU);
    }
    const { varbinds, nonRepeaters, maxRepetitions } = message.pdu;
    const request = { kind, varbinds, nonRepeaters, maxRepetitions, mayWrite: write, room: room(message) };
    const mine = generation;
    const answer = options.answer(request);
    // It was the last request before a restart.
    if (mine !== generation) return drop();
    inTurn(slowVarbinds(answer), () => {
      if (kind === 'set' && happens(faults.loseSetAnswer, random)) return drop();
      counts.answered += 1;
      respond(message, peer, faults.spoil?.(request, answer) ?? answer);
    });
  };
  const slowVarbinds = ({ varbinds }: AgentAnswer): number => {
    const { slowUnder } = faults;
    const slow = slowUnder === undefined ? varbinds : varbinds.filter(({ oid }) => oid.startsWith(`${slowUnder}.`));
    return slowUnder === undefined ? Math.max(1, slow.length) : slow.length;
  };
  /** Undefined: not answered at all. */
  const writer = (message: NetSnmpMessage): boolean | undefined => {
    if (message.version === library.Version2c) return mayWrite.get(message.community ?? '');
    return message.version === library.Version3 ? userMayWrite.get(message.user?.name ?? '') : undefined;
  };
  const room = (message: NetSnmpMessage): number => {
    if (message.version === library.Version2c) return faults.largestAnswer - AROUND_V2C;
    return Math.min(faults.largestAnswer, message.msgGlobalData?.msgMaxSize ?? 0) - AROUND_V3;
  };
  Object.assign(inner, {
    getRequest: handle('get'),
    getNextRequest: handle('getNext'),
    getBulkRequest: handle('getBulk'),
    setRequest: handle('set'),
  });

  /** RFC 3414 §3.2 step 6. Whoever is not a user here is the library's to refuse. */
  const authentic = (datagram: Buffer, { authenticated, user, authParameters }: V3Header): boolean => {
    const known = options.access.users.find(({ name }) => name === user);
    if (!known || !authenticated) return true;
    const { protocol, key } = known.auth;
    return library.Authentication.isAuthentic(datagram, AUTH[protocol], key, options.engineId, authParameters);
  };

  const receive = (datagram: Buffer, from: Peer) => {
    counts.received += 1;
    if (faults.silent || waiting >= MOST_WAITING || happens(faults.loseRequest, random)) return drop();
    const v3 = peekV3(datagram);
    const report = (stat: number) => {
      counts.reports += 1;
      if (v3?.reportable) send(encodeReport(v3, engine(), stat, counts.reports), from);
    };
    if (v3 && !options.engineId.equals(v3.engineId)) return report(USM_STATS.unknownEngineIDs);
    if (v3 && !authentic(datagram, v3)) return report(USM_STATS.wrongDigests);
    Object.assign(inner.engine, { engineBoots: engine().boots, engineTime: engine().time });
    undecryptable = false;
    deliver(datagram, from);
    if (undecryptable) report(USM_STATS.decryptionErrors);
  };

  return {
    counts,
    receive: (datagram, from) => survive(() => receive(datagram, from)),
    forget() {
      generation += 1;
      waiting = 0;
      busyUntil = clock.monotonic();
    },
  };
}

/** RFC 3414 §3.2 step 7a. */
function inTimeWindow(
  message: { readonly msgAuthoritativeEngineBoots: number; readonly msgAuthoritativeEngineTime: number },
  engine: Engine,
): boolean {
  const late = Math.abs(message.msgAuthoritativeEngineTime - engine.time);
  return message.msgAuthoritativeEngineBoots === engine.boots && late <= TIME_WINDOW_SECONDS;
}
