/** A connection to a message bus over a unix socket: method calls and their replies. Signals are left unread. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../rack/clock.ts';
import { type Millis, seconds } from '../../rack/units.ts';
import {
  type DBusMessage,
  type DBusValue,
  decodeMessage,
  encodeCall,
  type MethodCall,
  messageLength,
} from './dbus-message.ts';

/** The other side refused a call. */
export class DBusRefused extends Error {
  override readonly name = 'DBusRefused';
  /** `org.freedesktop.DBus.Error.InvalidArgs` */
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text === '' ? errorName : text);
    this.errorName = errorName;
  }
}

const LIMIT = seconds(15);

interface Waiting {
  readonly resolve: (body: readonly DBusValue[]) => void;
  readonly reject: (error: Error) => void;
}

export class DBusConnection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #received: Buffer = Buffer.alloc(0);
  #authenticated: Waiting | undefined;
  #serial = 0;
  #closed: Error | undefined;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the message bus closed the connection')));
  }

  /** Connects as this process's user ("Authentication Protocol", EXTERNAL) and says hello. */
  static async open(path: string, clock: Clock): Promise<DBusConnection> {
    const connection = new DBusConnection(connect(path), clock);
    try {
      await connection.#authenticate();
      await connection.call({
        destination: 'org.freedesktop.DBus',
        path: '/org/freedesktop/DBus',
        interface: 'org.freedesktop.DBus',
        member: 'Hello',
        args: [],
      });
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Resolves with the values of the reply. Throws DBusRefused for an error reply. */
  call(call: Omit<MethodCall, 'serial'>): Promise<readonly DBusValue[]> {
    const serial = ++this.#serial;
    return this.#within(
      `${call.member}`,
      () => this.#waiting.delete(serial),
      (waiting) => {
        this.#waiting.set(serial, waiting);
        this.#socket.write(encodeCall({ ...call, serial }));
      },
    );
  }

  close(): void {
    this.#end(new Error('the connection to the message bus was closed'));
  }

  #authenticate(): Promise<readonly DBusValue[]> {
    return this.#within(
      'authentication',
      () => {},
      (waiting) => {
        this.#authenticated = waiting;
        const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
        this.#socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
      },
    );
  }

  #within(what: string, forget: () => void, begin: (waiting: Waiting) => void): Promise<readonly DBusValue[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      const timer = this.#clock.after(LIMIT as Millis, () => {
        forget();
        reject(new Error(`no answer to ${what} on the message bus for ${LIMIT / 1000} s`));
      });
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          timer.cancel();
          settle(value);
        };
      begin({ resolve: settled(resolve), reject: settled(reject) });
    });
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      if (this.#authenticated !== undefined && !this.#takeAuthentication(this.#authenticated)) return;
      for (let message = this.#next(); message !== undefined; message = this.#next()) this.#answer(message);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** False while the answer is not whole. */
  #takeAuthentication(waiting: Waiting): boolean {
    const end = this.#received.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#received.toString('latin1', 0, end);
    if (!line.startsWith('OK '))
      throw new Error(`the message bus does not let us in: ${JSON.stringify(line.slice(0, 100))}`);
    this.#received = this.#received.subarray(end + 2);
    this.#authenticated = undefined;
    this.#socket.write('BEGIN\r\n');
    waiting.resolve([]);
    return true;
  }

  #next(): DBusMessage | undefined {
    const length = messageLength(this.#received);
    if (length === undefined || this.#received.length < length) return undefined;
    const message = decodeMessage(this.#received.subarray(0, length));
    this.#received = this.#received.subarray(length);
    return message;
  }

  #answer({ type, replySerial, errorName, body }: DBusMessage): void {
    const waiting = this.#waiting.get(replySerial ?? 0);
    if (waiting === undefined || type === 'signal' || type === 'call') return;
    this.#waiting.delete(replySerial as number);
    if (type === 'return') waiting.resolve(body);
    else
      waiting.reject(
        new DBusRefused(errorName ?? 'an error without a name', typeof body[0] === 'string' ? body[0] : ''),
      );
  }

  #end(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#socket.destroy();
    const waiting = [...this.#waiting.values(), ...(this.#authenticated === undefined ? [] : [this.#authenticated])];
    this.#waiting.clear();
    this.#authenticated = undefined;
    for (const each of waiting) each.reject(error);
  }
}
