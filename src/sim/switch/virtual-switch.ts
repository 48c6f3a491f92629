/** A virtual PoE switch: boards are plugged into it, and managers speak SNMP to it. */
import { createHash } from 'node:crypto';
import type { Agent } from './agent.ts';
import { createAgent } from './agent.ts';
import { assemble } from './assemble.ts';
import type { Bridge } from './bridge.ts';
import type { Configuration } from './configuration.ts';
import type { PoweredDevice } from './device.ts';
import type { Faults } from './faults.ts';
import { happens } from './faults.ts';
import { DEFAULT_GROUPS } from './groups.ts';
import { createMib, STATUS } from './mib.ts';
import type { VirtualSwitchOptions } from './options.ts';
import { SWITCH_DELAYS } from './options.ts';
import { RENUMBERINGS } from './ports.ts';
import type { Pse } from './pse.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';
import { answerRequest } from './requests.ts';
import { spoilt } from './spoilt.ts';
import type { AgentEndpoint } from './udp.ts';
import { bindUdp } from './udp.ts';

export type { VirtualSwitchOptions } from './options.ts';

/** `segment` and `onSegments`: what a Linux bridge in the switch's place would have to do. */
export interface VirtualSwitch extends Pick<Bridge, 'segment' | 'onSegments'> {
  readonly name: string;
  /** May be turned at any time. */
  readonly faults: Faults;
  readonly pse: Pick<Pse, 'port' | 'consumption' | 'spent' | 'budget'>;
  /** What it forwards. */
  readonly bridge: Pick<Bridge, 'config'>;
  readonly configuration: Pick<Configuration, 'unsaved' | 'saves'>;
  readonly counts: Agent['counts'];
  attach(port: number, device: PoweredDevice): void;
  detach(port: number): void;
  /** What a person does at its console: the port is in that VLAN alone, untagged both ways. Saved when a SET is. */
  move(port: number, vlan: number): void;
  /**
   * Unanswering, unpowered and forwarding nothing for a while; then as the saved configuration says, with counters and
   * sysUpTime from 0 and snmpEngineBoots one higher.
   */
  reboot(): void;
  /** Starts to answer there. Port 0 takes any free one. */
  bind(address: string, port: number): Promise<{ readonly address: string; readonly port: number }>;
  /** What the agent makes of a request, whether it is up or not, and whether that arrives or not. */
  answer(request: AgentRequest): AgentAnswer;
  /** As over UDP, without a datagram: undefined where no answer arrives. Only `slow` is the caller's to wait for. */
  exchange(request: AgentRequest): AgentAnswer | undefined;
  /** Whether it is up, not in the middle of a reboot. */
  readonly up: boolean;
  /** Cuts the power of every port and gives the sockets back. */
  close(): Promise<void>;
}

export function createVirtualSwitch(options: VirtualSwitchOptions): VirtualSwitch {
  const { name, clock, random } = options;
  const log = options.log.child({ virtualSwitch: name });
  const boot = options.delays?.boot ?? SWITCH_DELAYS.boot;
  let endpoint: AgentEndpoint | undefined;
  let startedAt = clock.monotonic();
  let boots = 1;
  let up = true;
  let closed = false;

  const { parts, moment } = assemble(options, () => (clock.monotonic() - startedAt) / 10);
  const { pse, bridge, configuration, control, faults, forwarding, links, neighbours, ports, traffic } = parts;
  const mib = createMib((options.groups ?? DEFAULT_GROUPS).flatMap((group) => group(parts)));
  const lie = () => happens(faults.lyingSet, random);
  const engineId = makeEngineId(name);
  /** Counts a SET, and says whether it is the one. */
  const restartsNow = () => {
    const restart = faults.restartAtSet;
    if (!restart) return undefined;
    const now = restart.in <= 1;
    faults.restartAtSet = now ? undefined : { ...restart, in: restart.in - 1 };
    return now ? restart : undefined;
  };
  const answer = (request: AgentRequest): AgentAnswer => {
    links.observe();
    pse.inspect();
    if (request.kind !== 'set') return spoilt(request, answerRequest(mib, request), faults, random);
    const restart = restartsNow();
    const { varbinds } = request;
    const refused = (restart && !restart.done) || happens(faults.refuseSet, random);
    let answered: AgentAnswer;
    if (refused) answered = { errorStatus: STATUS.genErr, errorIndex: 0, varbinds };
    else if (varbinds.length > faults.mostVarbinds)
      answered = { errorStatus: STATUS.tooBig, errorIndex: 0, varbinds: [] };
    else answered = answerRequest(mib, request, lie);
    moment.touch();
    if (restart) reboot();
    return answered;
  };
  const agent = createAgent({
    access: options.access,
    answer,
    engine: () => ({ id: engineId, boots, time: Math.floor((clock.monotonic() - startedAt) / 1_000) }),
    engineId,
    send: (bytes, to) => {
      if (up && !closed) endpoint?.send(bytes, to);
    },
    clock,
    random,
    faults,
    log,
  });

  const start = () => {
    up = true;
    boots += 1;
    startedAt = clock.monotonic();
    ports.renumber((ifIndexes) => RENUMBERINGS[options.renumbering ?? 'same'](ifIndexes, random));
    configuration.restore();
    bridge.forward(true);
    traffic.restart();
    links.restart();
    neighbours.clear();
    forwarding.clear();
  };

  const halt = () => {
    agent.forget();
    for (const part of [parts.admin, parts.control, configuration]) part.interrupt();
    pse.cut();
  };
  const reboot = () => {
    if (!up || closed) return;
    up = false;
    halt();
    bridge.forward(false);
    clock.after(boot, () => {
      if (!closed) start();
    });
  };

  return {
    name,
    faults,
    pse,
    bridge,
    configuration,
    segment: bridge.segment,
    onSegments: bridge.onSegments,
    counts: agent.counts,
    get up() {
      return up;
    },
    attach(port, device) {
      pse.attach(port, device);
      traffic.unplugged(port);
      traffic.plugged(port, device.octets && (() => device.octets!()));
      moment.touch();
    },
    detach(port) {
      traffic.unplugged(port);
      pse.detach(port);
      moment.touch();
    },
    move(port, vlan) {
      control.move(ports.port(port).number, vlan);
      moment.touch();
    },
    answer: (request) => {
      const plain = answer(request);
      return faults.spoil?.(request, plain) ?? plain;
    },
    exchange(request) {
      if (!up || faults.silent || happens(faults.loseRequest, random)) return undefined;
      const plain = answer(request);
      if (!up) return undefined;
      const lost = request.kind === 'set' && happens(faults.loseSetAnswer, random);
      if (lost || happens(faults.loseAnswer, random)) return undefined;
      return faults.spoil?.(request, plain) ?? plain;
    },
    reboot,
    async bind(where, port) {
      if (endpoint) throw new Error(`${name} answers on ${endpoint.address} port ${endpoint.port} already`);
      endpoint = await bindUdp(where, port, (bytes, from) => up && agent.receive(bytes, from), log);
      return { address: endpoint.address, port: endpoint.port };
    },
    async close() {
      closed = true;
      halt();
      await endpoint?.close();
    },
  };
}

/** SnmpEngineID (RFC 3411 §5): the same for a switch of the same name, so that managers need not discover it anew. */
function makeEngineId(name: string): Buffer {
  const octets = 5;
  const digest = createHash('sha256').update(name).digest();
  return Buffer.concat([Buffer.from([0x80, 0, 0, 0, octets]), digest.subarray(0, 12)]);
}
