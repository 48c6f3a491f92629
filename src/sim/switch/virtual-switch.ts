/** A virtual PoE switch: boards are plugged into it, and managers speak SNMP to it. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Millis, Watts } from '../../rack/units.ts';
import { millis, watts } from '../../rack/units.ts';
import type { Agent, AgentAccess } from './agent.ts';
import { createAgent } from './agent.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import { createMib } from './mib.ts';
import { interfaceInstances } from './objects/interfaces.ts';
import { powerEthernetInstances } from './objects/power-ethernet.ts';
import { systemInstances } from './objects/system.ts';
import type { PoweredDevice, Pse, PseDelays } from './pse.ts';
import { createPse } from './pse.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';
import { answerRequest } from './requests.ts';
import type { AgentEndpoint } from './udp.ts';
import { bindUdp } from './udp.ts';

export interface VirtualSwitchOptions {
  readonly name: string;
  /** PoE ports, numbered from 1. */
  readonly ports: number;
  /** Further ports without PoE, whose link is always up. */
  readonly uplinks?: number;
  readonly budget: Watts;
  readonly access: AgentAccess;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly delays?: Partial<SwitchDelays>;
  /** What the saved configuration says of every port; a restart goes back to it. */
  readonly startupAdmin?: boolean;
  /** What a device counts with against the budget before it draws anything. */
  readonly startWatts?: Watts;
  readonly numbering?: Partial<Numbering>;
}

export interface SwitchDelays extends PseDelays {
  /** From `reboot` until it answers and powers again. */
  readonly boot: Millis;
}

/** The numberings of a switch, any two of which may differ on a real one (research: snmp-poe §2). `port` is from 1. */
export interface Numbering {
  /** Index of the row in pethPsePortTable, `<group>.<port>`. */
  readonly poeIndex: (port: number) => string;
  readonly ifIndex: (port: number) => number;
  readonly ifName: (port: number) => string;
}

export interface VirtualSwitch {
  readonly name: string;
  /** May be turned at any time. */
  readonly faults: Faults;
  readonly pse: Pick<Pse, 'port' | 'consumption'>;
  readonly counts: Agent['counts'];
  attach(port: number, device: PoweredDevice): void;
  detach(port: number): void;
  /** Unanswering and unpowered for a while; then as at the start, but with snmpEngineBoots one higher. */
  reboot(): void;
  /** Starts to answer there. Port 0 takes any free one. */
  bind(address: string, port: number): Promise<{ readonly address: string; readonly port: number }>;
  /** What the agent would answer, without a datagram. Honours the `lyingSet` and `spoil` faults only. */
  answer(request: AgentRequest): AgentAnswer;
  /** Whether it is up, not in the middle of a reboot. */
  readonly up: boolean;
  /** Cuts the power of every port and gives the sockets back. */
  close(): Promise<void>;
}

export const SWITCH_DELAYS: SwitchDelays = Object.freeze({
  off: millis(600),
  detect: millis(1_200),
  retry: millis(1_000),
  boot: millis(5_000),
  jitter: 0.2,
});

/** Below the arc that RFC 2578 sets aside for nobody's product: 1.3.6.1.4.1.0 is reserved. */
const SYS_OBJECT_ID = '1.3.6.1.4.1.0.105.1';

const NUMBERING: Numbering = {
  poeIndex: (port) => `1.${port}`,
  ifIndex: (port) => port,
  ifName: (port) => `ge${port}`,
};

export function createVirtualSwitch(options: VirtualSwitchOptions): VirtualSwitch {
  const { name, clock, random } = options;
  const log = options.log.child({ virtualSwitch: name });
  const faults = noFaults();
  const delays = { ...SWITCH_DELAYS, ...options.delays };
  const startupAdmin = options.startupAdmin ?? true;
  const startWatts = options.startWatts ?? watts(3);
  const pse = createPse({ ...options, delays, startWatts, faults });
  let endpoint: AgentEndpoint | undefined;
  let startedAt = clock.monotonic();
  let boots = 1;
  let up = true;
  let closed = false;

  const seconds = () => Math.floor((clock.monotonic() - startedAt) / 1_000);
  const mib = buildMib(
    options,
    pse,
    () => (clock.monotonic() - startedAt) / 10,
    (port, on) => {
      if (random() >= faults.lyingSet) pse.setAdmin(port, on);
    },
  );
  const engineId = makeEngineId(name);
  const answer = (request: AgentRequest) => answerRequest(mib, request);
  const agent = createAgent({
    access: options.access,
    answer,
    engine: () => ({ id: engineId, boots, time: seconds() }),
    engineId,
    send: (bytes, to) => {
      if (up && !closed) endpoint?.send(bytes, to);
    },
    clock,
    random,
    faults,
    log,
  });
  pse.start(startupAdmin);

  return {
    name,
    faults,
    pse,
    counts: agent.counts,
    get up() {
      return up;
    },
    attach: pse.attach,
    detach: pse.detach,
    answer: (request) => {
      const plain = answer(request);
      return faults.spoil?.(request, plain) ?? plain;
    },
    reboot() {
      if (!up || closed) return;
      up = false;
      agent.forget();
      pse.cut();
      clock.after(delays.boot, () => {
        if (closed) return;
        up = true;
        boots += 1;
        startedAt = clock.monotonic();
        pse.start(startupAdmin);
      });
    },
    async bind(address, port) {
      if (endpoint) throw new Error(`${name} answers on ${endpoint.address} port ${endpoint.port} already`);
      endpoint = await bindUdp(address, port, (bytes, from) => up && agent.receive(bytes, from), log);
      return { address: endpoint.address, port: endpoint.port };
    },
    async close() {
      closed = true;
      agent.forget();
      pse.cut();
      await endpoint?.close();
    },
  };
}

function buildMib(
  options: VirtualSwitchOptions,
  pse: Pse,
  upTime: () => number,
  setAdmin: (port: number, on: boolean) => void,
) {
  const numbering = { ...NUMBERING, ...options.numbering };
  const uplinks = options.uplinks ?? 2;
  const numbers = Array.from({ length: options.ports + uplinks }, (_, place) => place + 1);
  const device = (port: number) => (port <= options.ports ? pse.port(port).device : undefined);
  return createMib([
    ...systemInstances({
      sysDescr: 'pirack virtual PoE switch',
      sysObjectID: SYS_OBJECT_ID,
      texts: { sysContact: '', sysName: options.name, sysLocation: '' },
      upTime,
    }),
    ...interfaceInstances(
      numbers.map((port) => ({
        ifIndex: numbering.ifIndex(port),
        ifName: numbering.ifName(port),
        mac: macOf(options.name, port),
        up: () => port > options.ports || (device(port)?.linkUp() ?? false),
        octets: () => device(port)?.octets?.() ?? { in: 0, out: 0 },
      })),
    ),
    ...powerEthernetInstances({
      pse,
      rows: numbers.slice(0, options.ports).map((port) => ({ port, index: numbering.poeIndex(port) })),
      budget: options.budget,
      setAdmin,
    }),
  ]);
}

/** SnmpEngineID (RFC 3411 §5): the same for a switch of the same name, so that managers need not discover it anew. */
function makeEngineId(name: string): Buffer {
  const octets = 5;
  return Buffer.concat([Buffer.from([0x80, 0, 0, 0, octets]), digest(name).subarray(0, 12)]);
}

/** Locally administered. */
function macOf(name: string, port: number): Buffer {
  return Buffer.concat([Buffer.from([0x02]), digest(`${name} ${port}`).subarray(0, 5)]);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
