import { type IncomingMessage, request } from 'node:http';
import type { DialValue } from '../sim/process/dials.ts';
import type { SwitchView } from '../sim/process/switch-control.ts';
import { CliError, EXIT } from './exit.ts';

/** Speaks to the simulated switches of a virtual rack over its unix socket. What they refuse is a CliError. */
export class SimClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  show(name: string): Promise<SwitchView> {
    return this.#ask('GET', name, '') as Promise<SwitchView>;
  }

  reboot(name: string): Promise<SwitchView> {
    return this.#ask('POST', name, '/reboot') as Promise<SwitchView>;
  }

  move(name: string, port: number, vlan: number): Promise<SwitchView> {
    return this.#ask('POST', name, `/ports/${port}/vlan`, { vlan }) as Promise<SwitchView>;
  }

  budget(name: string, watts: number): Promise<SwitchView> {
    return this.#ask('POST', name, '/budget', { watts }) as Promise<SwitchView>;
  }

  /** Where the dials stand, after `settings`. */
  faults(name: string, settings: Readonly<Record<string, DialValue>>): Promise<Record<string, DialValue>> {
    return this.#ask('POST', name, '/faults', settings) as Promise<Record<string, DialValue>>;
  }

  #ask(method: string, name: string, rest: string, body?: object): Promise<unknown> {
    const path = `/switches/${encodeURIComponent(name)}${rest}`;
    return new Promise((resolve, reject) => {
      const out = request({ socketPath: this.#socket, method, path, agent: false });
      out.on('error', (cause: NodeJS.ErrnoException) => {
        const why =
          cause.code === 'EACCES' ? 'this user may not open it' : 'the boards and switches do not answer there';
        reject(new CliError(EXIT.missing, `cannot reach ${this.#socket}: ${why}`, { cause }));
      });
      out.on('response', (response) => {
        text(response)
          .then((answer) => {
            const value = JSON.parse(answer) as { error?: string };
            if (response.statusCode === 200) resolve(value);
            else reject(new CliError(response.statusCode === 409 ? EXIT.failed : EXIT.usage, String(value.error)));
          })
          .catch(reject);
      });
      out.end(body && JSON.stringify(body));
    });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
