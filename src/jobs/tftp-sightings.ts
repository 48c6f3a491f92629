import type { TftpEvent } from '../netboot/tftp/client.ts';
import type { CompleteEvent, FailedEvent } from '../netboot/tftp/events.ts';
import { bootloaderHint } from '../pi/bootloader.ts';
import { fileRole } from '../pi/file-role.ts';
import { type Boot, reachedAt } from '../rack/timeline.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';

export interface TftpSink {
  readonly state: RackState;
  firstRequest(slot: SlotNumber): void;
  /** The serial of the slot's board was learnt from a request. */
  learned(slot: SlotNumber): void;
  crashed(reason: string): void;
}

/** Turns what the TFTP server tells into sightings of a boot. */
export function takeTftpEvents(events: readonly TftpEvent[], sink: TftpSink): void {
  for (const event of events) {
    switch (event.type) {
      case 'crashed':
        sink.crashed(`the TFTP server thread ended and is started again: ${event.reason}`);
        break;
      case 'first_request':
        // Every request says so: the server's own idea of a boot is quiet for twenty seconds, a quick power cycle is not.
        break;
      case 'serial_learned':
        sink.state.observe(event.slot, { serial: event.serial });
        sink.learned(event.slot);
        break;
      case 'request':
        sink.firstRequest(event.slot);
        if (isFirst(sink.state.get(event.slot).boot)) sink.state.saw(event.slot, 'first_request', event.name);
        sink.state.sent(event.slot, { requests: 1, missing: event.outcome === 'served' ? 0 : 1 });
        sink.state.touch(
          event.slot,
          `${event.name} ${event.outcome === 'served' ? 'asked for' : event.outcome.replace('-', ', ')}`,
        );
        if (event.outcome === 'missing-unexpected') {
          sink.state.boardEvent(
            event.slot,
            'missing_file',
            `slot ${event.slot} asked for ${event.name}, which its image does not have`,
          );
        } else if (event.outcome === 'refused') {
          sink.state.boardEvent(
            event.slot,
            'refused_file',
            `slot ${event.slot} asked for ${event.name}: ${event.reason ?? 'refused'}`,
          );
        }
        break;
      case 'progress':
        sink.state.touch(event.slot, `${event.name}, ${event.bytes} of ${event.size} bytes`, {
          name: event.name,
          role: fileRole(event.path),
          bytes: event.bytes,
          size: event.size,
        });
        break;
      case 'complete':
        // Counted first: the file belongs to the stage that it ends.
        sink.state.sent(event.slot, { files: 1, ...amount(event) });
        noteBootloader(event, sink);
        arrived(event, sink);
        break;
      case 'failed':
        sink.state.sent(event.slot, { broken: 1, ...amount(event) });
        // A board that has its kernel leaves without a word: the last ACK may be lost, and nobody sends it again.
        if (event.cause === 'unconfirmed' && fileRole(event.path) === 'kernel')
          sink.state.saw(event.slot, 'kernel_sent', detail(event));
        sink.state.touch(event.slot, `${event.name} broke off: ${event.reason}`);
        break;
      case 'send_error':
        sink.state.boardEvent(
          event.slot,
          'send_error',
          `answers to slot ${event.slot} could not be sent: ${event.error}`,
        );
        break;
    }
  }
}

function isFirst(boot: Boot | undefined): boolean {
  return boot === undefined || reachedAt(boot, 'first_request') === undefined;
}

function arrived(event: CompleteEvent, { state }: TftpSink): void {
  const role = fileRole(event.path);
  if (role === 'firmware') state.saw(event.slot, 'firmware_sent', detail(event));
  else if (role === 'kernel') state.saw(event.slot, 'kernel_sent', detail(event));
  else state.touch(event.slot, `${event.name} sent`);
}

function amount({ bytes, ms, retransmits }: CompleteEvent | FailedEvent) {
  return { bytes, ms: Math.round(ms), retransmits };
}

function detail(event: { readonly name: string; readonly bytes: number; readonly ms: number }): string {
  return `${event.name}, ${event.bytes} bytes in ${Math.round(event.ms)} ms`;
}

/** The EEPROM itself fetches start4.elf, with the block size that it always asks for; what follows is the firmware's. */
function noteBootloader({ slot, path, blksize }: CompleteEvent, { state }: TftpSink): void {
  const hint = /^start4\w*\.elf$/.test(path) ? bootloaderHint(blksize) : undefined;
  if (hint !== undefined) state.note(slot, 'bootloader', hint);
}
