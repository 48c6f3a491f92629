/**
 * What a board will fetch from a boot tree, request by request, and how long that takes: the order of real boards
 * (pi/tftp-names), the server's own routes (tree/routes) and terms (tftp/negotiate), and the speeds of pi/boot-speed.
 */
import { LAST_BLOCK, STAGE_SPEED } from '../../pi/boot-speed.ts';
import { type BootConfig, defaultConfig, parseConfigTxt } from '../../pi/config-txt.ts';
import {
  bootRequests,
  type FileRequest,
  type NetbootModel,
  STAGE_OPTIONS,
  type TftpStage,
} from '../../pi/tftp-names.ts';
import { negotiate } from '../tftp/negotiate.ts';
import { type BootFiles, resolveRequest } from '../tree/routes.ts';
import type { BootTree } from '../tree/types.ts';
import type { SizedFile } from './disk-files.ts';

export interface PredictedRequest extends Pick<FileRequest, 'stage' | 'how' | 'name'> {
  /** `too large`: its blocks cannot be numbered, and the board gives up in the middle. */
  readonly outcome: 'complete' | 'probed' | 'missing' | 'too large';
  /** Of the file; 0 where it is missing. */
  readonly size: number;
  readonly blksize: number;
  /** DATA packets. */
  readonly blocks: number;
  readonly ms: number;
}

export interface Prediction {
  readonly model: NetbootModel;
  readonly requests: readonly PredictedRequest[];
  /** Why the board will not start a kernel; undefined where it will. */
  readonly stopped: string | undefined;
}

/** Without these the firmware goes on: with defaults, or with a kernel that has no command line. */
const GOES_ON_WITHOUT = new Set(['config.txt', 'cmdline.txt']);
/** Firmware reads small configurations only, and so does the prediction. */
const MOST_CONFIG = 256 * 1024;
/** Stands for the board's serial number where the tree knows none. */
const SOME_SERIAL = '00000000';

export async function predictBoot(
  model: NetbootModel,
  tree: BootTree,
  files: BootFiles<SizedFile>,
): Promise<Prediction> {
  const serial8 = tree.knownSerial ?? SOME_SERIAL;
  const requests: PredictedRequest[] = [];
  let config: BootConfig = defaultConfig(model);
  // The list is made anew for every step, because config.txt changes what is left of it.
  for (let i = 0; ; i++) {
    const asked = bootRequests(model, config)[i];
    if (asked === undefined) return { model, requests, stopped: undefined };
    const name = asked.name === 'cmdline.txt' ? config.cmdline : asked.name;
    const file = await lookUp(tree, asked.prefixed ? `${serial8}/${name}` : name, files);
    const request = costOf({ ...asked, name }, file?.size);
    requests.push(request);
    if (asked.name === 'config.txt' && asked.how === 'get' && file !== undefined) {
      config = parseConfigTxt(await file.head(MOST_CONFIG), { model, serial8 });
    }
    if (asked.presence !== 'required' || GOES_ON_WITHOUT.has(asked.name)) continue;
    if (request.outcome === 'missing') return { model, requests, stopped: `${name} is missing` };
    if (request.outcome === 'too large') {
      const most = LAST_BLOCK * request.blksize;
      return {
        model,
        requests,
        stopped: `${name} has ${request.size} bytes, and no more than ${most - 1} can be sent`,
      };
    }
  }
}

async function lookUp(tree: BootTree, name: string, files: BootFiles<SizedFile>): Promise<SizedFile | undefined> {
  const answer = await resolveRequest(tree, name, new Map(), files);
  if (answer.outcome !== 'served') return undefined;
  if ('file' in answer) return answer.file;
  const bytes = Buffer.from(answer.text, 'latin1');
  return { size: bytes.length, head: async (most) => bytes.subarray(0, most) };
}

function costOf({ stage, how, name }: FileRequest, size: number | undefined): PredictedRequest {
  const { tsize, blksize: asked } = STAGE_OPTIONS[stage];
  const options = { ...(tsize ? { tsize: 0 } : {}), ...(asked === undefined ? {} : { blksize: asked }) };
  const { blksize } = negotiate(options, size ?? 0);
  const speed = STAGE_SPEED[stage];
  const base = { stage, how, name, blksize };
  if (size === undefined) return { ...base, outcome: 'missing', size: 0, blocks: 0, ms: speed.requestMs };
  if (how === 'probe') return { ...base, outcome: 'probed', size, blocks: 0, ms: speed.requestMs };
  // RFC 1350 §2: a block that is not full ends the file, so one that fills its blocks has an empty one behind them.
  const needed = Math.floor(size / blksize) + 1;
  const blocks = Math.min(needed, LAST_BLOCK);
  const outcome = needed > LAST_BLOCK ? 'too large' : 'complete';
  return { ...base, outcome, size, blocks, ms: speed.requestMs + blocks * speed.blockMs };
}

export interface Cost {
  readonly requests: number;
  readonly missing: number;
  readonly bytes: number;
  readonly blocks: number;
  readonly ms: number;
}

export interface StageCost extends Cost {
  readonly stage: TftpStage;
  readonly blksize: number;
}

/** Of everything, or of one stage. A size probe moves no byte of the file. */
export function costOfAll(requests: readonly PredictedRequest[]): Cost {
  const sum = (of: (request: PredictedRequest) => number) => requests.reduce((total, each) => total + of(each), 0);
  return {
    requests: requests.length,
    missing: sum(({ outcome }) => (outcome === 'missing' ? 1 : 0)),
    bytes: sum(({ how, blocks, blksize, size }) => (how === 'get' ? Math.min(size, blocks * blksize) : 0)),
    blocks: sum(({ blocks }) => blocks),
    ms: sum(({ ms }) => ms),
  };
}

/** In the order in which they run. */
export function costByStage(requests: readonly PredictedRequest[]): readonly StageCost[] {
  const stages = [...new Set(requests.map(({ stage }) => stage))];
  return stages.map((stage) => {
    const own = requests.filter((request) => request.stage === stage);
    return { stage, blksize: (own[0] as PredictedRequest).blksize, ...costOfAll(own) };
  });
}
