/** The TFTP servers, each told to serve one directory to all boards, as its manual has it for many clients. */
import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../bench.ts';
import type { ServerCommand } from '../support/server.ts';
import { udpPortTaken } from '../support/udp-port.ts';

export interface Directories {
  /** Holds the files themselves. */
  readonly boot: string;
  /** A link of every board's serial to the same: what the others serve. */
  readonly root: string;
  readonly state: string;
}

const TFTP_PORT = 69;
const ready = () => udpPortTaken(TFTP_PORT);

export function pirack({ state, boot }: Directories): ServerCommand {
  const script = fileURLToPath(new URL('serve.ts', import.meta.url));
  return { name: 'pirack', program: process.execPath, args: [script, state, boot], readyLine: 'ready' };
}

export function dnsmasq({ program }: BenchContext, { root }: Directories): ServerCommand {
  return {
    name: 'dnsmasq',
    program: program('dnsmasq'),
    args: [
      ...['--keep-in-foreground', '--port=0', '--user=root', '--conf-file=/dev/null', '--pid-file='],
      ...['--enable-tftp', `--tftp-root=${root}`, '--tftp-max=1000', '--log-facility=/dev/null'],
    ],
    ready,
  };
}

export function atftpd({ program, directory }: BenchContext, { root }: Directories): ServerCommand {
  return {
    name: 'atftpd',
    program: program('atftpd'),
    args: [
      ...['--daemon', '--no-fork', '--user', 'root', '--group', 'root', '--maxthread', '500', '--no-multicast'],
      ...['--tftpd-timeout', '0', '--verbose=0', '--logfile', `${directory}/atftpd.log`, root],
    ],
    ready,
  };
}

export function tftpdHpa({ program }: BenchContext, { root }: Directories): ServerCommand {
  return {
    name: 'tftpd-hpa',
    program: program('in.tftpd'),
    args: [
      '--foreground',
      '--listen',
      '--secure',
      '--ipv4',
      '--address',
      `0.0.0.0:${TFTP_PORT}`,
      '--user',
      'root',
      root,
    ],
    ready,
  };
}
