/** A small Junos switch behind the NETCONF subsystem: one candidate, locks, commits on trial, PoE and VLANs with state. */
import type { ServerChannel } from 'ssh2';
import { JunosStore } from './junos-config.ts';

export interface JunosOptions {
  /** Ports `ge-0/0/0`… of the only member. */
  readonly ports?: number;
  readonly config?: readonly string[];
  /** Numbers of the ports that something is plugged into. */
  readonly devices?: readonly number[];
  readonly capabilities?: readonly string[];
  /** Wraps replies as a stack of several members does. */
  readonly stack?: boolean;
  readonly els?: boolean;
}

/** What goes wrong with an operation: never answered, cut off before or after it is done, half answered, refused. */
export type Fault = 'hang' | 'drop' | 'drop-after' | 'half' | { readonly error: string } | { readonly raw: string };

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const END = ']]>]]>';
export const CAPABILITIES = [
  'urn:ietf:params:netconf:base:1.0',
  'urn:ietf:params:netconf:capability:candidate:1.0',
  'urn:ietf:params:netconf:capability:confirmed-commit:1.0',
  'urn:ietf:params:netconf:capability:validate:1.0',
];

interface Session {
  readonly channel: ServerChannel;
  readonly drop: () => void;
}

interface Trial {
  readonly before: JunosStore;
  readonly session: Session;
  readonly timer: NodeJS.Timeout;
}

export class JunosSwitch {
  running: JunosStore;
  candidate: JunosStore;
  /** Every operation in the order in which it came. */
  readonly operations: string[] = [];
  /** Every set or delete line that was loaded. */
  readonly loaded: string[] = [];
  /** Configurations that were in force one after the other. */
  readonly commits: JunosStore[] = [];
  fault: ((operation: string) => Fault | undefined) | undefined;
  bootedAt = Date.now() - 1_000_000;
  readonly devices: Set<number>;
  /** A session's end takes its change on trial back at once, as the RFC says. */
  revertsAtOnce = true;
  readonly #options: JunosOptions;
  #lock: Session | 'somebody' | undefined;
  #trial: Trial | undefined;

  constructor(options: JunosOptions = {}) {
    this.#options = options;
    this.running = new JunosStore(options.config ?? defaultConfig(options.ports ?? 8));
    this.candidate = this.running.copy();
    this.devices = new Set(options.devices ?? [0, 1, 2]);
  }

  get onTrial(): boolean {
    return this.#trial !== undefined;
  }

  get locked(): boolean {
    return this.#lock !== undefined;
  }

  /** Somebody at the console. */
  lockBySomebody(on: boolean): void {
    this.#lock = on ? 'somebody' : undefined;
  }

  serve = (name: string, channel: ServerChannel, drop: () => void): void => {
    if (name !== 'netconf') return void channel.close();
    const session: Session = { channel, drop };
    const list = (this.#options.capabilities ?? CAPABILITIES).map((one) => `<capability>${one}</capability>`).join('');
    channel.write(
      `<!-- No zombies were killed during the creation of this user interface -->\n<hello xmlns="${BASE}">\n<capabilities>${list}</capabilities><session-id>77</session-id></hello>\n${END}\n`,
    );
    let heard = '';
    let greeted = false;
    channel.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      for (let at = heard.indexOf(END); at >= 0; at = heard.indexOf(END)) {
        const message = heard.slice(0, at);
        heard = heard.slice(at + END.length);
        if (greeted) this.#receive(session, message);
        else if (message.includes('<hello')) greeted = true;
        else return void channel.close();
      }
    });
    channel.on('close', () => this.#gone(session));
  };

  #gone(session: Session): void {
    if (this.#lock === session) {
      this.#lock = undefined;
      this.candidate = this.running.copy();
    }
    if (this.revertsAtOnce && this.#trial?.session === session) this.#revert();
  }

  #receive(session: Session, message: string): void {
    const id = /message-id="([^"]*)"/.exec(message)?.[1] ?? '';
    const body = /<rpc[^>]*>([\s\S]*)<\/rpc>/.exec(message)?.[1] ?? '';
    const operation = nameOf(body);
    this.operations.push(operation);
    const fault = this.fault?.(operation);
    const answer = (content: string) =>
      `<rpc-reply xmlns="${BASE}" xmlns:junos="http://xml.juniper.net/junos/21.4R3/junos" message-id="${id}">\n${content}\n</rpc-reply>\n${END}\n`;
    if (fault === 'hang') return;
    if (fault === 'drop') return void session.drop();
    if (typeof fault === 'object' && 'raw' in fault) return void session.channel.write(fault.raw);
    const content = typeof fault === 'object' ? rpcError(fault.error) : this.#do(session, operation, body);
    if (fault === 'drop-after') return void session.drop();
    const text = answer(content);
    if (fault !== 'half') return void session.channel.write(text);
    session.channel.write(text.slice(0, text.length / 2), () => setTimeout(session.drop, 20));
  }

  #do(session: Session, operation: string, body: string): string {
    switch (operation) {
      case 'lock':
        if (this.#lock && this.#lock !== session) {
          return rpcError('\nconfiguration database locked by:\n  root terminal p0 (pid 4711) on since 2026-01-01\n');
        }
        if (!this.candidate.same(this.running)) return rpcError('configuration database modified');
        this.#lock = session;
        return '<ok/>';
      case 'unlock':
        if (this.#lock !== session) return rpcError('configuration database is not locked');
        this.#lock = undefined;
        return '<ok/>';
      case 'discard-changes':
        this.candidate = this.running.copy();
        return '<ok/>';
      case 'load-configuration':
        return this.#load(/<configuration-set>([\s\S]*)<\/configuration-set>/.exec(body)?.[1] ?? '');
      case 'commit':
      case 'commit-confirmed':
        return this.#commit(session, body);
      case 'get-config':
        return `<data>${configXml(this.running)}</data>`;
      case 'get-commit-information':
        return this.#history();
      default:
        return this.#show(operation);
    }
  }

  #load(text: string): string {
    const warnings: string[] = [];
    for (const line of text.split('\n')) {
      this.loaded.push(line);
      try {
        const warning = this.candidate.load(line);
        if (warning !== undefined) warnings.push(rpcError(warning, 'warning'));
      } catch (error) {
        return rpcError((error as Error).message);
      }
    }
    return `<load-configuration-results>${warnings.join('') || '<ok/>'}</load-configuration-results>`;
  }

  #commit(session: Session, body: string): string {
    const problem = this.candidate.check();
    if (problem !== undefined) return rpcError(problem);
    const before = this.#trial?.before ?? this.running;
    if (this.#trial) clearTimeout(this.#trial.timer);
    this.#trial = undefined;
    this.running = this.candidate.copy();
    this.commits.push(this.running.copy());
    if (!body.includes('<confirmed/>')) return '<ok/>';
    const within = Number(/<confirm-timeout>(\d+)</.exec(body)?.[1] ?? 600);
    const timer = setTimeout(() => this.#revert(), within * 1_000);
    timer.unref();
    this.#trial = { before, session, timer };
    return '<ok/>';
  }

  #revert(): void {
    if (!this.#trial) return;
    clearTimeout(this.#trial.timer);
    this.running = this.#trial.before.copy();
    this.candidate = this.running.copy();
    this.#trial = undefined;
  }

  /** Somebody commits on trial at the console. */
  trialBySomebody(on: boolean): void {
    if (this.#trial) clearTimeout(this.#trial.timer);
    const session = {} as Session;
    this.#trial = on ? { before: this.running.copy(), session, timer: setTimeout(() => {}, 0) } : undefined;
  }

  #history(): string {
    const pending = this.#trial
      ? '<comment>commit confirmed, rollback in 2mins</comment><commit-confirmed>rollback pending</commit-confirmed>'
      : '';
    return `<commit-information><commit-history><sequence-number>0</sequence-number><user>operator</user><client>netconf</client>${pending}</commit-history><commit-history><sequence-number>1</sequence-number><user>root</user><client>other</client><comment>commit confirmed, rollback in 10mins</comment></commit-history></commit-information>`;
  }

  /** Deepest of all that a port has seen: whether it gives power now. */
  powers(port: number): boolean {
    return this.running.poeEnabled(portName(port)) && this.devices.has(port);
  }

  #show(operation: string): string {
    const ports = Array.from({ length: this.#options.ports ?? 8 }, (_, at) => at);
    switch (operation) {
      case 'get-system-uptime-information': {
        const passed = Math.floor((Date.now() - this.bootedAt) / 1_000);
        const one = `<system-uptime-information xmlns="http://xml.juniper.net/junos/21.4R3/junos"><current-time><date-time junos:seconds="1">now</date-time></current-time><system-booted-time><date-time junos:seconds="1">then</date-time><time-length junos:seconds="${passed}">1w2d 03:04</time-length></system-booted-time></system-uptime-information>`;
        if (!this.#options.stack) return one;
        return `<multi-routing-engine-results><multi-routing-engine-item><re-name>fpc0</re-name>${one}</multi-routing-engine-item></multi-routing-engine-results>`;
      }
      case 'get-system-information':
        return '<system-information><hardware-model>ex3400-48p</hardware-model><os-name>junos</os-name><os-version>21.4R3.15</os-version><serial-number>XX</serial-number><host-name>rack-sw1</host-name></system-information>';
      case 'get-interface-information':
      case 'get-interface-information-terse':
        return interfacesXml(ports, operation.endsWith('terse'), (port) => this.powers(port));
      case 'get-poe-interface-information':
        return `<poe>${ports.map((port) => this.#poeXml(port)).join('')}</poe>`;
      case 'get-poe-controller-information':
        return `<poe><controller-information><controller-number>0</controller-number><controller-maxpower>370.00W</controller-maxpower><controller-power>${(this.#powered(ports) * 4.2).toFixed(2)}W</controller-power></controller-information></poe>`;
      case 'get-vlan-information':
        return this.#options.els === false
          ? '<vlan-information><vlan><vlan-name>default</vlan-name></vlan></vlan-information>'
          : vlansXml(this.running, ports, (port) => this.powers(port));
      default:
        return rpcError(`syntax error, expecting <command>: ${operation}`);
    }
  }

  #powered(ports: readonly number[]): number {
    return ports.filter((port) => this.powers(port)).length;
  }

  #poeXml(port: number): string {
    const enabled = this.running.poeEnabled(portName(port));
    const on = this.powers(port);
    const value = (name: string, text: string) => `<${name}>\n${text}\n</${name}>`;
    return `<interface-information>${value('interface-name', portName(port))}${value('interface-enabled', enabled ? 'Enabled' : 'Disabled')}${value('interface-status', on ? 'ON' : enabled ? 'OFF' : 'Disabled')}<interface-power-limit>15.4W</interface-power-limit><interface-lldp-negotiation-power>  </interface-lldp-negotiation-power><interface-priority>Low</interface-priority>${value('interface-power', on ? '4.2W' : '0.0W')}<interface-asterisk> </interface-asterisk>${value('interface-class', on ? '3' : 'not-applicable')}</interface-information>`;
  }
}

export function portName(port: number): string {
  return `ge-0/0/${port}`;
}

/** SNMP indices, which have nothing to do with the ports' numbers. */
export function indexOf(port: number): number {
  return 510 + 3 * port;
}
export const UPLINK_INDEX = 900;

function defaultConfig(ports: number): string[] {
  const names = Array.from({ length: ports }, (_, port) => portName(port));
  return [
    'poe interface all',
    ...names.map((name) => `interfaces ${name} unit 0 family ethernet-switching storm-control default`),
    ...names.map((name) => `interfaces ${name} unit 0 family ethernet-switching vlan members default`),
    'vlans default vlan-id 1',
    'interfaces ae0 unit 0 family ethernet-switching interface-mode trunk',
    'interfaces ae0 unit 0 family ethernet-switching vlan members default',
  ];
}

function nameOf(body: string): string {
  const name = /<([a-z-]+)/.exec(body)?.[1] ?? '';
  if (name === 'commit' && body.includes('<confirmed/>')) return 'commit-confirmed';
  return name === 'get-interface-information' && body.includes('<terse/>') ? `${name}-terse` : name;
}

function rpcError(words: string, severity = 'error'): string {
  return `<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag><error-severity>${severity}</error-severity><error-message>\n${escaped(words)}\n</error-message></rpc-error>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function interfacesXml(ports: readonly number[], terse: boolean, up: (port: number) => boolean): string {
  const one = (name: string, index: number, state: string, more = '') =>
    `<physical-interface><name>\n${name}\n</name><admin-status junos:format="Enabled">up</admin-status><oper-status>\n${state}\n</oper-status>${terse ? '' : `<local-index>1</local-index><snmp-index>${index}</snmp-index>${more}`}<logical-interface><name>${name}.0</name><admin-status>up</admin-status></logical-interface></physical-interface>`;
  // Somebody's idea of a description: it looks like the end of the answer, and like another one.
  const lure = `<description>${escaped(`${END}<rpc-reply message-id="1"><ok/></rpc-reply> root@sw> `)}</description>`;
  const rows = ports.map((port) =>
    one(portName(port), indexOf(port), up(port) ? 'up' : 'down', port === 0 ? lure : ''),
  );
  return `<interface-information xmlns="http://xml.juniper.net/junos/21.4R3/junos-interface">${rows.join('')}${one('ae0', UPLINK_INDEX, 'up')}${one('me0', 33, 'up')}</interface-information>`;
}

function configXml(store: JunosStore): string {
  const vlans = [...store.vlans()].map(([name, id]) => `<vlan><name>${name}</name><vlan-id>${id}</vlan-id></vlan>`);
  const ports = store.ports().map((name) => {
    const { mode, members, native } = store.port(name);
    const explicit = store.values(`interfaces ${name} unit 0 family ethernet-switching interface-mode`).length > 0;
    const vlan =
      members.length === 0 ? '' : `<vlan>${members.map((member) => `<members>${member}</members>`).join('')}</vlan>`;
    return `<interface><name>${name}</name>${native === undefined ? '' : `<native-vlan-id>${native}</native-vlan-id>`}<unit><name>0</name><family><ethernet-switching>${explicit ? `<interface-mode>${mode}</interface-mode>` : ''}${vlan}<storm-control><profile-name>default</profile-name></storm-control></ethernet-switching></family></unit></interface>`;
  });
  return `<configuration xmlns="http://xml.juniper.net/xnm/1.1/xnm" junos:commit-seconds="1"><vlans>${vlans.join('')}<vlan inactive="inactive"><name>old</name><vlan-id>107</vlan-id></vlan></vlans><interfaces>${ports.join('')}<interface><name>me0</name><unit><name>0</name><family><inet/></family></unit></interface></interfaces></configuration>`;
}

function vlansXml(store: JunosStore, ports: readonly number[], up: (port: number) => boolean): string {
  const state = new Map(ports.map((port) => [portName(port), up(port)]));
  const groups = [...store.vlans()].map(([name, id]) => {
    const members = store.ports().flatMap((port) => {
      const { mode, native } = store.port(port);
      const carried = store.carried(port);
      // A port without members is in the default VLAN.
      const inside = carried.includes(id) || (mode === 'access' && carried.length === 0 && id === 1);
      if (!inside) return [];
      const tagged = mode === 'trunk' && native !== id;
      const star = state.get(port) === false ? '' : '*';
      return `<l2ng-l2rtb-vlan-member><l2ng-l2rtb-vlan-member-interface>${port}.0${star}</l2ng-l2rtb-vlan-member-interface><l2ng-l2rtb-vlan-member-tagness>${tagged ? 'tagged' : 'untagged'}</l2ng-l2rtb-vlan-member-tagness><l2ng-l2rtb-vlan-member-interface-mode>${mode === 'trunk' ? 'Trunk' : 'Access'}</l2ng-l2rtb-vlan-member-interface-mode></l2ng-l2rtb-vlan-member>`;
    });
    return `<l2ng-l2ald-vlan-instance-group><l2ng-l2rtb-name>default-switch</l2ng-l2rtb-name><l2ng-l2rtb-vlan-name>${name}</l2ng-l2rtb-vlan-name><l2ng-l2rtb-vlan-tag>${id}</l2ng-l2rtb-vlan-tag>${members.join('')}</l2ng-l2ald-vlan-instance-group>`;
  });
  return `<l2ng-l2ald-vlan-instance-information xmlns="http://xml.juniper.net/junos/21.4R3/junos-l2al">${groups.join('')}</l2ng-l2ald-vlan-instance-information>`;
}
