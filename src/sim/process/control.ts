/** The control socket: status of boards and switches for displays and tests, as JSON over HTTP on a unix socket. */
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { VirtualSwitch } from '../switch/virtual-switch.ts';
import type { Device } from './devices.ts';

export interface ControlTarget {
  readonly devices: ReadonlyMap<number, Device>;
  readonly switches: ReadonlyMap<string, VirtualSwitch>;
  /** PoE ports of each switch that something is plugged into. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function serveControl(path: string, target: ControlTarget): Promise<Server> {
  // Left over from a run that was killed: its namespace is gone, its file is not.
  rmSync(path, { force: true });
  const server = createServer((request, response) => respond(request, response, target));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o077);
    server.listen(path, () => {
      process.umask(before);
      server.off('error', reject);
      resolve(server);
    });
  });
}

function respond(request: IncomingMessage, response: ServerResponse, target: ControlTarget): void {
  request.resume();
  const { status, body } = answer(request.method ?? '', request.url ?? '', target);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Without a socket, for tests. */
export function answer(method: string, url: string, target: ControlTarget): Answer {
  const path = url.split('?')[0] as string;
  if (path === '/boards' && method === 'GET') {
    const body = [...target.devices.values()].map((device) => {
      const { files, ...status } = device.status();
      return { ...status, fileCount: files.length };
    });
    return { status: 200, body };
  }
  if (path === '/switches' && method === 'GET') return { status: 200, body: switches(target) };
  const [, slot, action] = /^\/boards\/(\d{1,6})(?:\/(\w+))?$/.exec(path) ?? [];
  if (slot === undefined) return failed(404, `no ${method} ${path} here`);
  const device = target.devices.get(Number(slot));
  if (!device) return failed(404, `no board is simulated in slot ${slot}`);
  if (action === undefined && method === 'GET') return { status: 200, body: device.status() };
  if (action === 'reboot' && method === 'POST') {
    if (!device.reboot) return failed(409, `slot ${slot} holds a guest, which only a power cut restarts from outside`);
    device.reboot();
    return { status: 200, body: device.status() };
  }
  return failed(405, `no ${method} ${path} here`);
}

function switches({ switches: all, ports }: ControlTarget) {
  return [...all.values()].map((each) => ({
    name: each.name,
    up: each.up,
    watts: each.pse.consumption(),
    counts: each.counts,
    ports: (ports.get(each.name) ?? []).map((number) => {
      const { admin, detection, denied } = each.pse.port(number);
      return { port: number, admin, detection, denied };
    }),
  }));
}

function failed(status: number, error: string): Answer {
  return { status, body: { error } };
}
