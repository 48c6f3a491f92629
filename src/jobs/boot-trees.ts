import type { ClientKind, Observation } from '../netboot/dhcpv4/index.ts';
import { type ImageBootFacts, imageBootFacts, renderFiles, trimmed } from '../netboot/tree/render.ts';
import type { BootTree } from '../netboot/tree/types.ts';
import type { Plan, SlotPlan } from '../rack/plan.ts';
import type { BoardSeen } from '../rack/slot-state.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { Image } from '../roots/images.ts';
import type { SlotBoot } from '../roots/index.ts';
import type { KnownImages } from '../roots/known-images.ts';

export interface BootTreeSources {
  readonly plan: Plan;
  readonly images: Pick<KnownImages, 'all'>;
  /** Directories with files to send in place of an image's, by the image's name in the rack file. */
  readonly smaller: ReadonlyMap<string, string>;
  /** What a slot's board is to boot; undefined: nothing. */
  readonly boot: (slot: SlotPlan) => SlotBoot | undefined;
  readonly board: (slot: SlotNumber) => BoardSeen;
  readonly show: (tree: BootTree) => void;
}

/** Keeps what TFTP shows each board in step with the plan and with what was learnt of the board. */
export class BootTrees {
  readonly #from: BootTreeSources;
  /** By the image's id: images do not change. */
  readonly #facts = new Map<string, ImageBootFacts>();
  readonly #firstStage: string;
  readonly #uboot = new Set<SlotNumber>();
  /** What was shown last, to leave out what changes nothing. */
  readonly #shown = new Map<SlotNumber, string>();

  constructor(from: BootTreeSources) {
    this.#from = from;
    // bootcode.bin is asked for without a prefix by every Pi 3, also by one that no image is assigned to.
    const [any] = from.images.all();
    if (any === undefined)
      throw new Error('expected at least one image in the rack file: its bootcode.bin is every board’s first stage');
    this.#firstStage = any.image.boot.directory;
  }

  showAll(): void {
    for (const slot of this.#from.plan.slots) this.#show(slot);
  }

  /** Takes in who speaks DHCP on the leg now: a board's serial and MAC, or u-boot, which knows no prefix. */
  heard(slot: SlotNumber, kind: ClientKind): void {
    // An operating system asks for an address long after u-boot has loaded it: that ends nothing. UEFI knows no prefix either.
    if (kind === 'uboot' || kind === 'uefi') this.#uboot.add(slot);
    else if (kind !== 'os') this.#uboot.delete(slot);
    this.refresh(slot);
  }

  refresh(slot: SlotNumber): void {
    const plan = this.#from.plan.slots.find((candidate) => candidate.slot === slot);
    if (plan !== undefined) this.#show(plan);
  }

  #show(slot: SlotPlan): void {
    const tree = this.#build(slot);
    const text = JSON.stringify(tree);
    if (this.#shown.get(slot.slot) === text) return;
    this.#shown.set(slot.slot, text);
    this.#from.show(tree);
  }

  #build(slot: SlotPlan): BootTree {
    const board = this.#from.board(slot.slot);
    const known = {
      slot: slot.slot,
      firstStage: this.#firstStage,
      ...(board.serial === undefined ? {} : { knownSerial: board.serial }),
      ...(board.mac === undefined ? {} : { mac: board.mac }),
      ...(this.#uboot.has(slot.slot) ? { uboot: true } : {}),
    };
    const boot = this.#from.boot(slot);
    if (boot === undefined) return { ...known, assigned: false, rendered: {} };
    const { planned, image } = boot.known;
    const facts = this.#factsOf(image);
    const smaller = planned && this.#from.smaller.get(planned.name);
    const { model } = board;
    const nfs = { version: boot.nfs };
    const { rootPath } = boot;
    return {
      ...known,
      assigned: true,
      imageBoot: image.boot.directory,
      rendered: renderFiles({ model, ...trimmed(model, facts, planned?.trim), slot, nfs, rootPath }),
      ...(smaller === undefined ? {} : { smaller }),
    };
  }

  #factsOf(image: Image): ImageBootFacts {
    const facts = this.#facts.get(image.id) ?? imageBootFacts(image);
    this.#facts.set(image.id, facts);
    return facts;
  }
}

/**
 * What a DHCP message adds to what is known of a board. Boot firmware speaks for the hardware; an operating system says
 * what it likes, and is believed only where nothing is known yet.
 */
export function boardFrom(observation: Observation, before: BoardSeen): Partial<BoardSeen> {
  const { firmware, kind, mac, serial, revision } = observation;
  if (!firmware) return before.mac === undefined ? { mac } : {};
  const known = before.mac === mac ? before.model : undefined;
  // The ROM of a 3B+ and the second stage of a 3B send the same bytes: it is a 3B+ only where no 3B ROM came before.
  const model = observation.model ?? (kind === 'rom-serial' && known === undefined ? '3B+' : undefined);
  return {
    mac,
    ...(serial === undefined ? {} : { serial }),
    ...(revision === undefined ? {} : { revision }),
    ...(model === undefined ? {} : { model }),
  };
}
