/** The running configuration and the saved one, which is what a switch starts with (research: snmp-poe §5). */
import type { Clock, Timer } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';

/** Takes the present state; what it returns puts that state back. */
export type Savable = () => () => void;

export interface Configuration {
  /** Whether something has been written since the last save. */
  readonly unsaved: boolean;
  /** How often it was written to flash, which wears. */
  readonly saves: number;
  /** One more part, for objects that keep a state of their own; what it holds now is saved. */
  include(part: Savable): void;
  /** Something has been written. */
  changed(): void;
  save(): void;
  /** Saves under way are lost. */
  interrupt(): void;
  /** Back to what was saved last. */
  restore(): void;
}

export interface ConfigurationOptions {
  readonly parts: readonly Savable[];
  /** Whether every change is saved as it is made. */
  readonly auto: boolean;
  /** From the order to save until it is done; a restart in between loses it. */
  readonly delay: Millis;
  readonly clock: Clock;
}

/** What the parts hold now is saved already. */
export function createConfiguration({ auto, delay, clock, ...options }: ConfigurationOptions): Configuration {
  const parts = [...options.parts];
  let saved = parts.map((take) => take());
  let writing: Timer | undefined;
  let changes = 0;
  let savedChanges = 0;
  let saves = 0;
  const save = () => {
    const taken = parts.map((take) => take());
    const at = changes;
    writing?.cancel();
    const done = () => {
      writing = undefined;
      saved = taken;
      savedChanges = at;
      saves += 1;
    };
    if (delay > 0) writing = clock.after(delay, done);
    else done();
  };
  return {
    get unsaved() {
      return changes !== savedChanges;
    },
    get saves() {
      return saves;
    },
    include(part) {
      parts.push(part);
      saved = [...saved, part()];
    },
    changed() {
      changes += 1;
      if (auto) save();
    },
    save,
    interrupt() {
      writing?.cancel();
      writing = undefined;
    },
    restore() {
      for (const putBack of saved) putBack();
      changes = savedChanges;
    },
  };
}
