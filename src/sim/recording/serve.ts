/** A recorded switch on UDP. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Agent, AgentAccess } from '../switch/agent.ts';
import { createAgent } from '../switch/agent.ts';
import type { AgentEndpoint } from '../switch/udp.ts';
import { bindUdp } from '../switch/udp.ts';
import type { RecordedDevice } from './device.ts';

export interface ServeOptions {
  readonly address: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly access: AgentAccess;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Logger;
}

export interface ServedRecording {
  readonly address: string;
  readonly port: number;
  readonly counts: Agent['counts'];
  close(): Promise<void>;
}

export async function serveRecording(device: RecordedDevice, options: ServeOptions): Promise<ServedRecording> {
  const { clock, log, access, random } = options;
  const startedAt = clock.monotonic();
  const engineId = engineIdOf(device.recording.file);
  let endpoint: AgentEndpoint | undefined;
  const agent = createAgent({
    access,
    answer: device.respond,
    engine: () => ({ id: engineId, boots: 1, time: Math.floor((clock.monotonic() - startedAt) / 1_000) }),
    engineId,
    send: (bytes, to) => endpoint?.send(bytes, to),
    clock,
    random,
    faults: device.faults,
    log,
  });
  endpoint = await bindUdp(options.address, options.port, agent.receive, log);
  const { address, port } = endpoint;
  return {
    address,
    port,
    counts: agent.counts,
    async close() {
      agent.forget();
      await endpoint?.close();
    },
  };
}

/** SnmpEngineID (RFC 3411 §5), format octets: the same for the same recording. */
function engineIdOf(file: string): Buffer {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const octets = 5;
  return Buffer.concat([
    Buffer.from([0x80, 0, 0, 0, octets]),
    createHash('sha256').update(name).digest().subarray(0, 12),
  ]);
}
