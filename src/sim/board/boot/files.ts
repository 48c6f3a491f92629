/** The files of one boot, asked for in the order of real boards; what config.txt says changes what comes after it. */

import { type BootConfig, defaultConfig, parseCmdlineTxt, parseConfigTxt } from '../../../pi/config-txt.ts';
import {
  type BootTreeShape,
  bootRequests,
  type FileRequest,
  type TftpStage,
  unassignedRequests,
} from '../../../pi/tftp-names.ts';
import type { Machine } from '../machine.ts';
import type { Script } from '../script.ts';
import { describeOutcome, type FileServer, fetchFile, type Patience } from '../tftp/fetch.ts';
import type { Outcome } from '../tftp/transfer.ts';

/** Missing is not the end for these two: without config.txt there are defaults, without cmdline.txt the kernel panics. */
const READ = new Set(['config.txt', 'cmdline.txt']);

export class BootFiles {
  config: BootConfig;
  /** As in cmdline.txt; undefined as long as there is none. */
  cmdline: string | undefined;
  readonly #machine: Machine;
  readonly #server: FileServer;
  #prefix: string;

  constructor(machine: Machine, server: FileServer) {
    this.#machine = machine;
    this.#server = server;
    this.#prefix = `${machine.identity.serial8}/`;
    this.config = defaultConfig(machine.identity.model);
  }

  /**
   * The ROM's, bootcode.bin's or the EEPROM's part. The first request decides about the prefix: without firmware below
   * the serial number everything is looked for in the root (pi-boot §1.1, §2.3). Gives the reason why it cannot go on.
   */
  *firmware(stage: 'bootcode' | 'eeprom', patience: Patience): Script<string | undefined> {
    const first = this.#requests(stage)[0] as FileRequest;
    const outcome = yield* this.#fetch(first, patience);
    if (outcome.kind === 'probed') return yield* this.#run(stage, 1, patience);
    const { model } = this.#machine.identity;
    const others = unassignedRequests(model).filter((request) => request.stage === stage);
    let last: Outcome = outcome;
    for (const request of others.slice(1)) {
      if (!request.prefixed) this.#prefix = '';
      last = yield* this.#fetch(request, patience);
      if (last.kind === 'complete' && request.name === first.name) {
        const rest = this.#requests(stage).findIndex(({ name }) => name.startsWith('fixup'));
        return yield* this.#run(stage, rest, patience);
      }
    }
    return `no ${first.name}: below the prefix ${describeOutcome(outcome)}, in the root ${describeOutcome(last)}`;
  }

  /** Everything that one stage asks for. Gives the reason why it cannot go on. */
  stage(stage: TftpStage, patience: Patience): Script<string | undefined> {
    return this.#run(stage, 0, patience);
  }

  *#run(stage: TftpStage, from: number, patience: Patience): Script<string | undefined> {
    // The list is made anew for every step, because config.txt may have changed what is left of it.
    for (let i = from; ; i++) {
      const request = this.#requests(stage)[i];
      if (!request) return undefined;
      const outcome = yield* this.#fetch(request, patience);
      const there = outcome.kind === 'complete' || outcome.kind === 'probed';
      if (!there && request.presence === 'required' && !READ.has(request.name)) {
        return `${this.#name(request)}: ${describeOutcome(outcome)}`;
      }
    }
  }

  *#fetch(request: FileRequest, patience: Patience): Script<Outcome> {
    const name = this.#name(request);
    const { how, stage } = request;
    const outcome = yield* fetchFile(
      this.#machine,
      this.#server,
      { name, how, stage, keep: READ.has(request.name) },
      patience,
    );
    if (how === 'get') this.#read(request.name, outcome);
    if (request.name === 'pieeprom.sig' && outcome.kind === 'complete') {
      // A signature announces an update of the EEPROM (pi-boot §2.4).
      yield* this.#fetch({ ...request, name: 'pieeprom.upd' }, patience);
    }
    return outcome;
  }

  #read(name: string, outcome: Outcome): void {
    const content = outcome.kind === 'complete' ? outcome.content : undefined;
    if (name === 'config.txt') {
      const { model, serial8 } = this.#machine.identity;
      this.config = content ? parseConfigTxt(content, { model, serial8 }) : defaultConfig(model);
    } else if (name === 'cmdline.txt') this.cmdline = content && parseCmdlineTxt(content);
  }

  #requests(stage: TftpStage): FileRequest[] {
    const shape: BootTreeShape = this.config;
    return bootRequests(this.#machine.identity.model, shape).filter((request) => request.stage === stage);
  }

  #name(request: FileRequest): string {
    const name = request.name === 'cmdline.txt' ? this.config.cmdline : request.name;
    return (request.prefixed ? this.#prefix : '') + name;
  }
}
