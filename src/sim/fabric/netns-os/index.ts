/** An operating system for a virtual board that lives in its network namespace. */
import type { Clock } from '../../../rack/clock.ts';
import { millis } from '../../../rack/units.ts';
import { type NfsRoot, parseNfsRoot } from '../../board/cmdline.ts';
import type { OsBoot, OsEvents, OsPort, OsSession } from '../../board/os-port.ts';
import { setUpAddresses, takeDownAddresses } from './addresses.ts';
import { MountWitness } from './mount-witness.ts';
import { readRoot, readRootFile, recordBoot } from './root.ts';
import { SshBanner } from './ssh-banner.ts';
import { serveSsh } from './ssh-server.ts';

export interface NetnsOsOptions {
  /** Path of the board's network namespace. */
  readonly netns: string;
  readonly clock: Clock;
  /** Divides the time that services take to start. */
  readonly speed: number;
  /** Hears of what went wrong when a dead board was cleaned up: its next boot may suffer from it. */
  readonly complain: (message: string) => void;
}

/** From the mounted root to the SSH server, on a Pi 3 (pi-boot §5.7). */
const SERVICES_MS = 15_000;
/** From the reboot command to the reset. */
const SHUTDOWN_MS = 5_000;
/** A root that cannot be mounted is tried again, as the initramfs does it. */
const MOUNT_RETRY_MS = 2000;

export class NetnsOs implements OsPort {
  readonly #options: NetnsOsOptions;
  #cleaning: Promise<void> = Promise.resolve();

  constructor(options: NetnsOsOptions) {
    this.#options = options;
  }

  /** Resolves when nothing of the last session is left in the namespace. */
  get clean(): Promise<void> {
    return this.#cleaning;
  }

  boot(request: OsBoot, events: OsEvents): OsSession {
    const session = new Session(this.#options, request, events);
    const ended = this.#cleaning.then(() => session.run());
    return {
      kill: () => {
        session.kill();
        this.#cleaning = ended
          .then(() => takeDownAddresses(this.#options.netns))
          .catch((cause: Error) => this.#options.complain(`${this.#options.netns}: ${cause.message}`));
      },
    };
  }
}

class Session {
  readonly #options: NetnsOsOptions;
  readonly #request: OsBoot;
  readonly #events: OsEvents;
  readonly #power = new AbortController();
  readonly #ssh: SshBanner;
  #witness: MountWitness | undefined;
  /** What the running system found; '' before it runs. */
  #up = '';
  /** Ends what is being waited for. */
  #giveUp: (reason: Error) => void = () => {};

  constructor(options: NetnsOsOptions, request: OsBoot, events: OsEvents) {
    this.#options = options;
    this.#request = request;
    this.#events = events;
    this.#ssh = new SshBanner((client, first) => {
      void serveSsh(client, first, { read: (file) => this.#read(file), reboot: () => void this.#reboot() });
    });
  }

  kill(): void {
    this.#power.abort();
    this.#giveUp(new Error('power is off'));
    this.#witness?.close();
    this.#ssh.close();
  }

  /** Never rejects. What happens after `kill` is nobody's business any more. */
  async run(): Promise<void> {
    const { signal } = this.#power;
    try {
      if (signal.aborted) return;
      const { netns } = this.#options;
      const { cmdline, ipv4 } = this.#request;
      this.#events.stage('os-network', `sets up ${ipv4.address}`);
      await setUpAddresses(netns, this.#request, signal);
      const root = parseNfsRoot(cmdline, ipv4.server);
      const facts = await this.#mount(root);
      await this.#pause(SERVICES_MS / this.#options.speed);
      await this.#ssh.open(netns);
      if (signal.aborted) return this.#ssh.close();
      this.#up = facts;
      this.#events.stage('os-up', facts);
    } catch (cause) {
      if (!signal.aborted) this.#events.failed((cause as Error).message);
    }
  }

  /** Tries until it works, as a board with `root=/dev/nfs` does. Gives what was found, in words. */
  async #mount(root: NfsRoot): Promise<string> {
    const { signal } = this.#power;
    const { netns, clock } = this.#options;
    this.#events.stage('os-mount', `mounts ${root.server}:${root.path}`);
    for (;;) {
      try {
        const facts = await readRoot(netns, root, signal);
        await this.#hold(root);
        const line = `${new Date(clock.now()).toISOString()} boot ${this.#request.bootCount} from ${root.server}:${root.path}`;
        const boots = await recordBoot(netns, root, line, signal);
        const busybox = facts.busybox?.slice(0, 12) ?? 'missing';
        return `root of ${facts.hostname}, ${facts.entries} entries, busybox ${busybox}, boot ${boots} from it`;
      } catch (cause) {
        if (signal.aborted) throw cause;
        this.#witness?.close();
        this.#events.stage('os-mount', `cannot mount ${root.server}:${root.path}: ${(cause as Error).message}`);
        await this.#pause(MOUNT_RETRY_MS);
      }
    }
  }

  /** Resolves when the server has answered the first call on the connection that stays. */
  #hold(root: NfsRoot): Promise<void> {
    const { netns, clock } = this.#options;
    const port = Number(root.options.get('port') ?? 2049);
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#witness = new MountWitness({
        netns,
        server: root.server,
        port,
        clock,
        onMounted: () => {
          resolve();
          this.#tell(this.#up);
        },
        onLost: (reason) => {
          reject(new Error(reason));
          // A hard mount: programs stand still, the board stays as it is.
          this.#tell(`${this.#up}; ${reason}`);
        },
      });
    });
  }

  /** A file of the root that is mounted. */
  #read(file: string): Promise<Buffer | undefined> {
    const { cmdline, ipv4 } = this.#request;
    return readRootFile(this.#options.netns, parseNfsRoot(cmdline, ipv4.server), file, this.#power.signal);
  }

  /** As init does it: services stop, and then the board starts over. */
  async #reboot(): Promise<void> {
    const { signal } = this.#power;
    this.#ssh.close();
    await this.#pause(SHUTDOWN_MS / this.#options.speed).catch(() => undefined);
    if (!signal.aborted) this.#events.reboot();
  }

  /** A change while the system runs. */
  #tell(detail: string): void {
    if (this.#up !== '' && !this.#power.signal.aborted) this.#events.stage('os-up', detail);
  }

  #pause(duration: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(millis(duration), resolve);
      this.#giveUp = (reason) => {
        timer.cancel();
        reject(reason);
      };
    });
  }
}
