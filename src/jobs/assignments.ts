/**
 * A server moves to another slot: the customer's name, keys and orders go along, the address and the root do not. Two jobs,
 * a release and a provision; which slot it has changes in the commit that records the first, and a controller that dies
 * before the second is recorded records it when it begins again.
 */
import type { Clock } from '../rack/clock.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import type { Server } from '../rack/tenancy/server.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import type { SlotNumber } from '../rack/units.ts';
import { JobRefused } from './durable/kind.ts';
import type { ServerJobs, Servers } from './servers.ts';
import { TenancyError } from './tenancy-error.ts';

export interface AssignmentParts {
  readonly servers: Servers;
  readonly jobs: ServerJobs;
  readonly clock: Clock;
}

const CONTROLLER: Actor = { who: 'controller', address: undefined, tenant: undefined };

export class Assignments {
  readonly #parts: AssignmentParts;

  constructor(parts: AssignmentParts) {
    this.#parts = parts;
  }

  /** Finishes moves that were cut short: call once, when the servers are known. */
  async start(): Promise<void> {
    const { servers, jobs } = this.#parts;
    const cut = servers.all().filter(({ task }) => jobs.get(task)?.kind === 'release');
    for (const server of cut) await this.#provision(server.name, CONTROLLER);
  }

  /** Resolves when both jobs are recorded. The board that it had is switched off and wiped, the other one is made ready. */
  async move(name: ServerName, slot: SlotNumber, by: Actor): Promise<Server> {
    const { servers, jobs, clock } = this.#parts;
    const server = servers.get(name);
    if (server.protection.rebuild || server.protection.delete)
      throw new TenancyError('protected', `${name} is protected: a move gives it a fresh root`);
    servers.expectIdle(server);
    const { spec } = servers.allocation.free(slot);
    return servers.allocation.reserved(slot, async () => {
      await jobs.ask({
        kind: 'release',
        slot: server.slot,
        who: by.who,
        parameters: {},
        key: undefined,
        alongside: (task) =>
          servers.put(
            { ...server, slot, slotSince: clock.now(), spec, task, liveAt: undefined, failure: undefined },
            server,
            'server.move',
            by,
          ),
      });
      return this.#provision(name, by);
    });
  }

  async #provision(name: ServerName, by: Actor): Promise<Server> {
    const { servers, jobs } = this.#parts;
    const server = servers.get(name);
    try {
      await jobs.ask({
        kind: 'provision',
        slot: server.slot,
        who: by.who,
        parameters: { image: server.image },
        key: undefined,
        alongside: (task) => servers.retask(name, task),
      });
    } catch (cause) {
      if (!(cause instanceof JobRefused)) throw cause;
      throw new TenancyError('not_done', `${name} has slot ${server.slot}, which is not made ready: ${cause.message}`);
    }
    return servers.get(name);
  }
}
