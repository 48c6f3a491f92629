import type { TftpEvent } from '../netboot/tftp/client.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';

export interface TftpSink {
  readonly state: RackState;
  firstRequest(slot: SlotNumber): void;
  /** The serial of the slot's board was learnt from a request. */
  learned(slot: SlotNumber): void;
  crashed(reason: string): void;
}

/** A Pi's, or the first file of UEFI. */
const FIRMWARE = /^(?:start(?:4|_cd|4cd|4x|_x|4db|_db)?\.elf|EFI\/BOOT\/BOOTAA64\.EFI)$/;
const KERNEL = /^(?:kernel[\w-]*\.img|Image|vmlinuz)$/;

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
        sink.state.saw(event.slot, 'first_request', event.name);
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
        sink.state.touch(event.slot, `${event.name}, ${event.bytes} of ${event.size} bytes`);
        break;
      case 'complete':
        if (FIRMWARE.test(event.path)) sink.state.saw(event.slot, 'firmware_sent', detail(event));
        else if (KERNEL.test(event.path)) sink.state.saw(event.slot, 'kernel_sent', detail(event));
        else sink.state.touch(event.slot, `${event.name} sent`);
        break;
      case 'failed':
        // A board that has its kernel leaves without a word: the last ACK may be lost, and nobody sends it again.
        if (event.cause === 'unconfirmed' && KERNEL.test(event.path))
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

function detail(event: { readonly name: string; readonly bytes: number; readonly ms: number }): string {
  return `${event.name}, ${event.bytes} bytes in ${Math.round(event.ms)} ms`;
}
