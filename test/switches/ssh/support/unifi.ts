/** A small UniFi switch: the BusyBox shell with swctrl, mca-dump and no mercy for a forgotten word. */
import type { Reply } from './server.ts';

export interface UnifiOptions {
  /** Sockets with PoE, of eight. */
  readonly poe?: readonly number[];
  readonly devices?: readonly number[];
}

export type UnifiFault = 'hang' | 'drop' | { readonly say: string; readonly code: number | undefined };

export class UnifiSwitch {
  readonly modes: Map<number, 'Auto' | 'Off'>;
  readonly devices: Set<number>;
  fault: ((command: string) => UnifiFault | undefined) | undefined;
  upTime = 86_400.25;
  totalLimit = 52_000;

  constructor({ poe = [1, 2, 3, 4], devices = [1, 2] }: UnifiOptions = {}) {
    this.modes = new Map(poe.map((port) => [port, 'Auto']));
    this.devices = new Set(devices);
  }

  powers(port: number): boolean {
    return this.devices.has(port) && this.modes.get(port) === 'Auto';
  }

  exec = (command: string, reply: Reply): void => {
    const fault = this.fault?.(command);
    if (fault === 'hang') return;
    if (fault === 'drop') return void reply.drop();
    if (fault) {
      reply.say(fault.say);
      return void reply.end(fault.code);
    }
    const [text, code] = this.#run(command);
    reply.say(text);
    reply.end(code);
  };

  #run(command: string): readonly [string, number] {
    const words = command.split(' ');
    if (command === 'cat /proc/uptime') return [`${this.upTime.toFixed(2)} 12345.67\n`, 0];
    if (command === 'mca-dump') return [`${JSON.stringify(this.#dump(), null, 2)}\n`, 0];
    if (command === 'swctrl poe show') return [this.#table(), 0];
    if (words[0] === 'swctrl' && words[1] === 'poe' && words[2] === 'set') return this.#set(words.slice(3));
    if (words[0] === 'swctrl') return ['[error] Command line is not complete. Try option "help"\n', 0];
    return [`-sh: ${words[0]}: not found\n`, 127];
  }

  #set([mode, word, id]: readonly string[]): readonly [string, number] {
    if (mode !== 'auto' && mode !== 'off') return ['[error] Invalid argument\n', 0];
    // What is not understood is left aside, and then it is about every port.
    const ports = word === 'id' ? (id ?? '').split(',').map(Number) : [...this.modes.keys()];
    for (const port of ports) {
      if (!this.modes.has(port)) return [`[error] port ${port} has no PoE\n`, 0];
      this.modes.set(port, mode === 'auto' ? 'Auto' : 'Off');
    }
    return ['', 0];
  }

  #table(): string {
    const rows = [...this.modes].map(([port, mode]) => {
      const on = this.powers(port);
      const cells = [
        String(port).padStart(4),
        mode.padStart(6),
        'Dot3at'.padStart(12),
        '32000'.padStart(8),
        (on ? 'Class 3' : 'Unknown').padStart(7),
        (on ? 'On' : 'Off').padStart(6),
        (on ? 'Good' : 'Bad').padStart(7),
        (on ? '4.63' : '0.00').padStart(8),
        (on ? '53.24' : '0.00').padStart(10),
        (on ? '87.00' : '0.00').padStart(11),
      ];
      return cells.join('  ');
    });
    return [
      '',
      `Total Power Limit(mW): ${this.totalLimit}`,
      '',
      'Port  OpMode      HpMode    PwrLimit   Class   PoEPwr  PwrGood  Power(W)  Voltage(V)  Current(mA)',
      '                              (mW)                                                               ',
      '----  ------  ------------  --------  -------  ------  -------  --------  ----------  -----------',
      ...rows,
      '',
    ].join('\n');
  }

  #dump() {
    return {
      hostname: 'rack-sw3',
      model: 'US8P60',
      model_display: 'US-8-60W',
      version: '7.0.50.15613',
      uptime: Math.floor(this.upTime),
      // Ports are called whatever somebody calls them.
      port_table: [1, 2, 3, 4, 5, 6, 7, 8].map((port) => ({
        port_idx: port,
        name: 'Port 1"}]}',
        media: 'GE',
        up: port === 8 || this.powers(port),
      })),
    };
  }
}
