/** The control socket: status of boards and switches for displays and tests, as JSON over HTTP on a unix socket. */
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Answer, done, failed } from './answer.ts';
import type { Device } from './devices.ts';
import { answerSwitches, type SwitchTarget } from './switch-control.ts';

export interface ControlTarget extends SwitchTarget {
  readonly devices: ReadonlyMap<number, Device>;
}

/** Octets of a request's body, at most. */
const LARGEST_BODY = 65_536;

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
  const parts: Buffer[] = [];
  let length = 0;
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= LARGEST_BODY) parts.push(part);
  });
  request.on('end', () => {
    const text = Buffer.concat(parts).toString('utf8');
    const { status, body } =
      length > LARGEST_BODY
        ? failed(413, `expected at most ${LARGEST_BODY} octets of JSON`)
        : answer(request.method ?? '', request.url ?? '', target, text);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
}

/** Without a socket, for tests. */
export function answer(method: string, url: string, target: ControlTarget, text = ''): Answer {
  const path = url.split('?')[0] as string;
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    return failed(400, 'expected a body of JSON');
  }
  return path === '/switches' || path.startsWith('/switches/')
    ? answerSwitches(method, path, body, target)
    : answerBoards(method, path, target);
}

function answerBoards(method: string, path: string, target: ControlTarget): Answer {
  if (path === '/boards' && method === 'GET') {
    return done(
      [...target.devices.values()].map((device) => {
        const { files, ...status } = device.status();
        return { ...status, fileCount: files.length };
      }),
    );
  }
  const [, slot, action] = /^\/boards\/(\d{1,6})(?:\/(\w+))?$/.exec(path) ?? [];
  if (slot === undefined) return failed(404, `no ${method} ${path} here`);
  const device = target.devices.get(Number(slot));
  if (!device) return failed(404, `no board is simulated in slot ${slot}`);
  if (action === undefined && method === 'GET') return done(device.status());
  if ((action === 'reboot' || action === 'hang') && method === 'POST') {
    const act = device[action];
    if (!act) return failed(409, `slot ${slot} holds a guest, which only a power cut restarts from outside`);
    act.call(device);
    return done(device.status());
  }
  return failed(405, `no ${method} ${path} here`);
}
