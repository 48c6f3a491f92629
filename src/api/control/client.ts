import { type IncomingMessage, request } from 'node:http';
import type { PowerProgress } from '../../jobs/power.ts';
import type { BoardView, ErrorBody, PowerRequest, StatusView, StreamLine } from './protocol.ts';
import type {
  ApplyProgress,
  ApplyResult,
  Configured,
  ConfigureRequest,
  DiscoverResult,
  ProofResult,
  SwitchPlanView,
  SwitchView,
  ViolationView,
} from './switch-protocol.ts';

/** No controller answers on the socket. */
export class NotServing extends Error {
  override readonly name = 'NotServing';
}

/** The controller refused, with its reason as the message. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Speaks to a controller over its unix socket. */
export class ControlClient {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  status(since?: number): Promise<StatusView> {
    return this.#json('GET', since === undefined ? '/v1/status' : `/v1/status?since=${since}`) as Promise<StatusView>;
  }

  board(slot: number): Promise<BoardView> {
    return this.#json('GET', `/v1/boards/${slot}`) as Promise<BoardView>;
  }

  /** Has every switch read now, so that the next status is fresh. */
  async refresh(): Promise<void> {
    await this.#json('POST', '/v1/refresh');
  }

  /** Asks for power and hears of every step; resolves with one outcome a slot. */
  async power(wanted: PowerRequest, tell: (progress: PowerProgress) => void): Promise<readonly PowerProgress[]> {
    return this.#streamed('/v1/power', wanted, tell);
  }

  switches(): Promise<readonly SwitchView[]> {
    return this.#json('GET', '/v1/switches') as Promise<readonly SwitchView[]>;
  }

  switchPlan(name: string): Promise<SwitchPlanView> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/plan`) as Promise<SwitchPlanView>;
  }

  /** Reads every VLAN of the switch now. */
  switchVerify(name: string): Promise<readonly ViolationView[]> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/verify`) as Promise<readonly ViolationView[]>;
  }

  switchApply(name: string, tell: (progress: ApplyProgress) => void): Promise<ApplyResult> {
    return this.#streamed(`/v1/switches/${encodeURIComponent(name)}/apply`, {}, tell);
  }

  /** Power-cycles the board of one slot and looks what goes dark with it. */
  switchProve(name: string, slot: number, tell: (progress: ApplyProgress) => void): Promise<ProofResult> {
    return this.#streamed(`/v1/switches/${encodeURIComponent(name)}/prove`, { slot }, tell);
  }

  switchDiscover(name: string): Promise<DiscoverResult> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/discover`) as Promise<DiscoverResult>;
  }

  configurePorts(wanted: ConfigureRequest): Promise<readonly Configured[]> {
    return this.#json('POST', '/v1/ports', wanted) as Promise<readonly Configured[]>;
  }

  /** One line of progress after the other, and the result as the last. */
  async #streamed<Progress, Result>(path: string, body: unknown, tell: (progress: Progress) => void): Promise<Result> {
    const response = await this.#send('POST', path, body);
    let rest = '';
    for await (const part of response as AsyncIterable<Buffer>) {
      rest += part.toString('utf8');
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        const line = JSON.parse(text) as StreamLine<Progress, Result> | ErrorBody;
        if ('error' in line) throw new Refused(line.error);
        if ('result' in line) return line.result;
        tell(line.progress);
      }
    }
    throw new NotServing(
      `the controller on ${this.path} went away before it answered; what was asked for is recorded and goes on when it is back`,
    );
  }

  async #json(method: string, path: string, body?: unknown): Promise<unknown> {
    return JSON.parse(await text(await this.#send(method, path, body)));
  }

  #send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const out = request({ socketPath: this.path, method, path, headers: { 'content-type': 'application/json' } });
      out.on('error', (cause: NodeJS.ErrnoException) => {
        const reason =
          cause.code === 'EACCES'
            ? 'this user may not open it'
            : 'no controller is serving there; start one with `pirack serve`';
        reject(new NotServing(`cannot reach ${this.path}: ${reason}`, { cause }));
      });
      out.on('response', (response) => {
        if (response.statusCode === 200) return resolve(response);
        text(response).then((answer) => reject(new Refused(reasonOf(answer))), reject);
      });
      out.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(answer: string): string {
  try {
    return (JSON.parse(answer) as ErrorBody).error;
  } catch {
    return answer.slice(0, 200);
  }
}
