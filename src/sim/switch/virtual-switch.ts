/** A virtual PoE switch: boards are plugged into it, and managers speak SNMP to it. */
import { createHash } from 'node:crypto';
import { watts } from '../../rack/units.ts';
import type { Agent } from './agent.ts';
import { createAgent } from './agent.ts';
import type { Bridge } from './bridge.ts';
import { blankConfig, createBridge } from './bridge.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import { createForwarding } from './forwarding.ts';
import { localMac, STANDARD_GROUPS } from './groups.ts';
import { createMib } from './mib.ts';
import { portListCodec } from './objects/port-list.ts';
import type { VirtualSwitchOptions } from './options.ts';
import { FORWARDING, IDENTITY, SWITCH_DELAYS, VLANS } from './options.ts';
import { createPorts, NUMBERING } from './ports.ts';
import type { PoweredDevice, Pse } from './pse.ts';
import { createPse } from './pse.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';
import { answerRequest } from './requests.ts';
import type { AgentEndpoint } from './udp.ts';
import { bindUdp } from './udp.ts';
import { createVlanControl } from './vlan-control.ts';

export type { VirtualSwitchOptions } from './options.ts';

/** `segment` and `onSegments`: what a Linux bridge in the switch's place would have to do. */
export interface VirtualSwitch extends Pick<Bridge, 'segment' | 'onSegments'> {
  readonly name: string;
  /** May be turned at any time. */
  readonly faults: Faults;
  readonly pse: Pick<Pse, 'port' | 'consumption'>;
  /** What it forwards. */
  readonly bridge: Pick<Bridge, 'config'>;
  readonly counts: Agent['counts'];
  attach(port: number, device: PoweredDevice): void;
  detach(port: number): void;
  /** Unanswering, unpowered and forwarding nothing for a while; then as at the start, but with snmpEngineBoots one higher. */
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

export function createVirtualSwitch(options: VirtualSwitchOptions): VirtualSwitch {
  const { name, clock, random } = options;
  const log = options.log.child({ virtualSwitch: name });
  const faults = noFaults();
  const delays = { ...SWITCH_DELAYS, ...options.delays };
  const startupAdmin = options.startupAdmin ?? true;
  const vlans = { ...VLANS, ...options.vlans };
  const address = localMac(name);
  const pse = createPse({ ...options, delays, startWatts: options.startWatts ?? watts(3), faults });
  const ports = createPorts({
    poe: options.ports,
    uplinks: options.uplinks ?? 2,
    lags: options.lags ?? [],
    numbering: { ...NUMBERING, ...options.numbering },
    renumbered: (ifIndex) => ifIndex,
  });
  const bridged = ports.bridged.map(({ number }) => number);
  const startVlans = vlans.start ?? blankConfig(bridged);
  const bridge = createBridge({ ports: bridged, uplinks: ports.uplinks }, startVlans);
  const limits = { ...vlans, reserved: new Set(vlans.reserved) };
  const control = createVlanControl(bridge, limits, clock, faults, () => {});
  const { listsItself, ...fdb } = { ...FORWARDING, ...options.forwarding };
  const forwarding = createForwarding({
    ...fdb,
    self: listsItself ? address : undefined,
    bridge,
    clock,
    devices: pse.devices,
  });
  let endpoint: AgentEndpoint | undefined;
  let startedAt = clock.monotonic();
  let boots = 1;
  let up = true;
  let closed = false;

  const parts = {
    options,
    identity: { ...IDENTITY, ...options.identity },
    vlans,
    address,
    ports,
    pse,
    bridge,
    control,
    portList: portListCodec(ports, vlans.portListOctets),
    forwarding,
    faults,
    upTime: () => (clock.monotonic() - startedAt) / 10,
  };
  const mib = createMib((options.groups ?? STANDARD_GROUPS).flatMap((group) => group(parts)));
  const lie = () => faults.lyingSet > 0 && random() < faults.lyingSet;
  const engineId = makeEngineId(name);
  const answer = (request: AgentRequest) => answerRequest(mib, request, lie);
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
  pse.start(startupAdmin);

  return {
    name,
    faults,
    pse,
    bridge,
    segment: bridge.segment,
    onSegments: bridge.onSegments,
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
      bridge.forward(false);
      forwarding.clear();
      clock.after(delays.boot, () => {
        if (closed) return;
        up = true;
        boots += 1;
        startedAt = clock.monotonic();
        control.restart(startVlans);
        bridge.forward(true);
        pse.start(startupAdmin);
      });
    },
    async bind(where, port) {
      if (endpoint) throw new Error(`${name} answers on ${endpoint.address} port ${endpoint.port} already`);
      endpoint = await bindUdp(where, port, (bytes, from) => up && agent.receive(bytes, from), log);
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

/** SnmpEngineID (RFC 3411 §5): the same for a switch of the same name, so that managers need not discover it anew. */
function makeEngineId(name: string): Buffer {
  const octets = 5;
  const digest = createHash('sha256').update(name).digest();
  return Buffer.concat([Buffer.from([0x80, 0, 0, 0, octets]), digest.subarray(0, 12)]);
}
