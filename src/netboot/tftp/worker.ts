/**
 * The TFTP thread: sockets, files and engine, told what to do by messages. It has a thread of its own so that nothing
 * the controller does (a commit, a render) delays a block.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../../net/real-clock.ts';
import { openUdp4, registerBody } from '../../net/udp.ts';
import { TftpEngine } from './engine.ts';
import { EventQueue } from './event-queue.ts';
import { FileStore } from './files.ts';
import type { FromThread, ThreadOptions, ToThread } from './messages.ts';

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
  const lines = options.linePorts.map((linePort) =>
    openUdp4({ port: linePort, slotBytes: LINE_SLOT_BYTES, sendSlots: LINE_SEND_SLOTS, ...shared }),
  );
  const files = new FileStore({ clock: realClock, register: registerBody, maxBytes: options.cacheBytes });
  const engine = new TftpEngine({ listen, lines, files, clock: realClock, emit: (event) => queue.push(event) });

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
  post({ type: 'ready', port: listen.port, linePorts: lines.map((line) => line.port) });
}
