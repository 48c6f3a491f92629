/** What is plugged into a port. The switch calls it; it never calls the switch. */
import type { Mac } from '../../wire/address.ts';
import type { LldpSystem } from './neighbours.ts';

export interface PoweredDevice {
  powerOn(): void;
  powerOff(): void;
  /** What it draws now in watts; asked before power-on too, and then at least `startWatts` are set aside. */
  watts(): number;
  linkUp(): boolean;
  /** 0 to 4; 0 where it is not given. */
  readonly powerClass?: number;
  /** What the switch hears from it; undefined: nothing. */
  readonly mac?: Mac | undefined;
  /** Of the port since the device was plugged in. */
  octets?(): Traffic;
  /** 1000 where it is not given. */
  linkMbps?(): number;
  /** What it says over LLDP, while an operating system runs on it that does; no boot ROM says anything. */
  lldp?(): LldpSystem | undefined;
}

/** In and out of the port: what is in for the switch is out for the device. */
export interface Traffic {
  readonly in: number;
  readonly out: number;
  readonly inPackets?: number;
  readonly outPackets?: number;
  readonly inErrors?: number;
  readonly outErrors?: number;
  readonly inDiscards?: number;
  readonly outDiscards?: number;
}
