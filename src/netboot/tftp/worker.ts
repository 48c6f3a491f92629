/**
 * The TFTP thread: sockets, files and engine, told what to do by messages. It has a thread of its own so that nothing
 * the controller does (a commit, a render) delays a block.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../../net/real-clock.ts';
import { openUdp4, registerBody } from '../../net/udp.ts';
import { openUdp6, type Udp6Socket } from '../../net/udp6.ts';
import { TftpEngine } from './engine.ts';
import { EventQueue } from './event-queue.ts';
import { FileStore } from './files.ts';
import type { FromThread, ReadyIpv6, ThreadOptions, ToThread } from './messages.ts';

/** What transfers receive is an ACK of 4 bytes, or an ERROR of which the beginning is enough. */
const LINE_SLOT_BYTES = 512;
const LINE_SEND_SLOTS = 1024;

if (parentPort !== null) serve(parentPort, workerData as ThreadOptions);

/** Throws a SystemError where a socket cannot be opened: the thread then ends, and the client reports it. */
function serve(port: MessagePort, options: ThreadOptions): void {
  const post = (message: FromThread) => port.postMessage(message);
  const queue = new EventQueue(realClock, (events) => post({ type: 'events', events }));
  const { netns, receiveBufferBytes, segmentation } = options;
  const shared = { receiveBufferBytes, segmentation, ...(netns === undefined ? {} : { netns }) };
  const listen = openUdp4({ port: options.port, ...shared });
  const ofLine = { slotBytes: LINE_SLOT_BYTES, sendSlots: LINE_SEND_SLOTS, ...shared };
  const lines = options.linePorts.map((linePort) => openUdp4({ port: linePort, ...ofLine }));
  const [ipv6, ready6] = openIpv6(options, (linePort) => openUdp6({ port: linePort, ...ofLine }));
  const files = new FileStore({ clock: realClock, register: registerBody, maxBytes: options.cacheBytes });
  const engine = new TftpEngine({
    listen,
    lines,
    ...ipv6,
    files,
    clock: realClock,
    emit: (event) => queue.push(event),
  });

  port.on('message', (message: ToThread) => {
    switch (message.type) {
      case 'legs':
        engine.setLegs(message.legs);
        break;
      case 'tree':
        engine.setTree(message.tree);
        break;
      case 'remove_tree':
        engine.removeTree(message.slot);
        break;
      case 'warm':
        void files.warm(message.directory).then(() => post({ type: 'warmed', id: message.id }));
        break;
      case 'stats':
        post({ type: 'stats', id: message.id, stats: { ...engine.stats(), eventsDropped: queue.dropped } });
        break;
      case 'stop':
        engine.close();
        queue.flush();
        port.close();
        break;
    }
  });
  post({ type: 'ready', port: listen.port, linePorts: lines.map((line) => line.port), ipv6: ready6 });
}

type Sockets6 = { readonly ipv6?: { readonly listen: Udp6Socket; readonly lines: readonly Udp6Socket[] } };

function openIpv6(
  { ipv6, netns, receiveBufferBytes }: ThreadOptions,
  openLine: (port: number) => Udp6Socket,
): [Sockets6, ReadyIpv6 | undefined] {
  if (ipv6 === undefined) return [{}, undefined];
  const opened: Udp6Socket[] = [];
  const keep = (socket: Udp6Socket) => {
    opened.push(socket);
    return socket;
  };
  try {
    const listen = keep(openUdp6({ port: ipv6.port, receiveBufferBytes, ...(netns === undefined ? {} : { netns }) }));
    const lines = ipv6.linePorts.map((port) => keep(openLine(port)));
    return [{ ipv6: { listen, lines } }, { port: listen.port, linePorts: lines.map(({ port }) => port) }];
  } catch (cause) {
    for (const socket of opened) socket.close();
    return [{}, { failed: (cause as Error).message }];
  }
}
