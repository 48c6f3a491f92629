/** The D-Bus interface of nfs-ganesha that manages exports, over a bus of its own. */
import type { Clock } from '../../rack/clock.ts';
import { messageOf, NfsServerFailed } from '../errors.ts';
import { DBusConnection } from './dbus-connection.ts';
import type { DBusValue } from './dbus-message.ts';

const DESTINATION = 'org.ganesha.nfsd';
const OBJECT = '/org/ganesha/nfsd/ExportMgr';
const INTERFACE = 'org.ganesha.nfsd.exportmgr';

export interface ExportDetail {
  readonly id: number;
  readonly path: string;
  readonly pseudo: string;
  readonly clients: readonly string[];
}

export class GaneshaBus {
  readonly #path: string;
  readonly #clock: Clock;
  #connection: DBusConnection | undefined;

  /** @param path the socket of the bus */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Ids of all exports but the root of the NFSv4 tree, which is the server's own. */
  async show(): Promise<number[]> {
    return exportIds(await this.#call('ShowExports'));
  }

  async display(id: number): Promise<ExportDetail> {
    return exportDetail(await this.#call('DisplayExport', id));
  }

  async add(file: string, id: number): Promise<void> {
    await this.#call('AddExport', file, `EXPORT(Export_Id=${id})`);
  }

  async update(file: string, id: number): Promise<void> {
    await this.#call('UpdateExport', file, `EXPORT(Export_Id=${id})`);
  }

  async remove(id: number): Promise<void> {
    await this.#call('RemoveExport', id);
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #call(member: string, ...args: readonly (string | number)[]): Promise<readonly DBusValue[]> {
    try {
      if (!this.#connection?.isOpen) this.#connection = await DBusConnection.open(this.#path, this.#clock);
      return await this.#connection.call({
        destination: DESTINATION,
        path: OBJECT,
        interface: INTERFACE,
        member,
        args,
      });
    } catch (error) {
      throw new NfsServerFailed(`nfs-ganesha: ${[member, ...args].join(' ')}: ${reasonIn(messageOf(error))}`, {
        cause: error,
      });
    }
  }
}

/** What the server says is wrong: the first line of the details where there are any, since the rest follows from it. */
export function reasonIn(text: string): string {
  const detail = /^Config File \(.*?\): (.*)$/m.exec(text)?.[1];
  return detail ?? text.split('\n')[0] ?? '';
}

/** Reply of ShowExports, `(tt)a(qs(…)(tt))`: a time, and structs that begin with the id of an export. */
export function exportIds([, exports]: readonly DBusValue[]): number[] {
  if (!Array.isArray(exports)) throw unexpected('a list of exports', exports);
  const ids = exports.map((each: unknown) => (Array.isArray(each) ? each[0] : undefined));
  if (!ids.every((id) => typeof id === 'number')) throw unexpected('the ids of exports', exports);
  return ids.filter((id) => id !== 0);
}

/** Reply of DisplayExport, `qsssa(siyyiuuuuu)`: id, path, pseudo path, tag, and clients that begin with their address. */
export function exportDetail(reply: readonly DBusValue[]): ExportDetail {
  const [id, path, pseudo, , clients] = reply;
  if (typeof id !== 'number' || typeof path !== 'string' || typeof pseudo !== 'string' || !Array.isArray(clients)) {
    throw unexpected('one export', reply);
  }
  const addresses = clients.map((each: unknown) => (Array.isArray(each) ? plainAddress(String(each[0])) : '?'));
  return { id, path, pseudo, clients: addresses };
}

/** `10.0.0.2/32` is the address `10.0.0.2`; a shorter prefix stays visible. */
const plainAddress = (client: string): string => client.replace(/\/(32|128)$/, '');

function unexpected(what: string, got: unknown): NfsServerFailed {
  const text = JSON.stringify(got, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? 'nothing';
  return new NfsServerFailed(`expected ${what} from nfs-ganesha, got ${text.slice(0, 200)}`);
}
