/** What real switches do wrong (research: snmp-poe §1, §3, §7), on a dial that may be turned while it runs. */
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';

export interface Faults extends WireFaults, AnswerFaults, SetFaults, PowerFaults, VlanFaults {
  /** Last word on every answer; undefined leaves it as it is. */
  spoil: ((request: AgentRequest, answer: AgentAnswer) => AgentAnswer) | undefined;
}

export interface WireFaults {
  /** Time to answer, per varbind of the answer; one request after the other, as in a weak CPU. */
  slow: Millis;
  /** Where the slow varbinds are; undefined: everywhere. */
  slowUnder: string | undefined;
  /** Answers nothing. */
  silent: boolean;
  /** Probability that a request, or an answer, is lost on the way. */
  loseRequest: number;
  loseAnswer: number;
  /** Octets of an answer, at most. */
  largestAnswer: number;
}

export interface AnswerFaults {
  /** A GETBULK for more rows than this is told, after as many, that there are no more. */
  bulkEndsAfter: number;
  /** Probability that GETNEXT or GETBULK is answered without varbinds. */
  emptyAnswer: number;
  /** Probability that GETNEXT or GETBULK is answered with an OID that has been before. */
  repeatOid: number;
}

export interface SetFaults {
  /** Probability that a SET is done and its answer lost. */
  loseSetAnswer: number;
  /** Probability that a row of a SET is answered for with noError and not done. */
  lyingSet: number;
  /** Probability that a SET is answered with genErr and not done. */
  refuseSet: number;
  /** A SET with more varbinds is answered with tooBig. */
  mostVarbinds: number;
  /** The switch restarts at the `in`th SET from now on (1: the next), and answers it no more. */
  restartAtSet: { readonly in: number; readonly done: boolean } | undefined;
  /** The configuration cannot be saved: commitFailed. */
  saveRefused: boolean;
}

export interface PowerFaults {
  /** From a SET of pethPsePortAdminEnable until it shows, and does anything. */
  adminSettle: Millis;
  /** Ports for which there is never power. */
  readonly denied: Set<number>;
  /** Ports that go to `fault` where they should deliver. */
  readonly faulty: Set<number>;
  /** Ports with a short circuit: they go to `fault`, and it is counted. */
  readonly shorted: Set<number>;
  /** A port in `fault` searches again by itself; otherwise it has to be switched off and on. */
  faultsHeal: boolean;
  /** A port that is switched on sooner than this after it was switched off goes to `fault`. */
  toggleFaults: Millis;
  /** What pethPsePortDetectionStatus reads in place of what is so. */
  readonly detectionReads: Map<number, number>;
}

export interface VlanFaults {
  /** From a write to the VLANs until it shows, and frames go by it. */
  vlanSettle: Millis;
  /** A port that joins by the egress bitmap is untagged, and an untagged bitmap in the same PDU is ignored. */
  egressUntags: boolean;
  /** Untagged bitmaps are answered with noError and forgotten. */
  untaggedIgnored: boolean;
  /** A new PVID makes the port an untagged member of its VLAN. */
  pvidJoins: boolean;
  /** A new PVID makes the port a tagged member of the VLAN that it had before. */
  pvidTagsOld: boolean;
  /** A new PVID takes the port out of the VLAN that it had before. */
  pvidLeavesOld: boolean;
  /** A PVID may be that of a VLAN that does not exist. */
  pvidUnchecked: boolean;
  /** Ports in access mode: while there is one, every egress bitmap is answered with commitFailed. */
  readonly accessPorts: Set<number>;
  /** How VLANs can be made: by any RowStatus, by createAndWait only, or not at all. */
  creation: 'any' | 'wait-only' | 'none';
  /** A VLAN that is some port's PVID cannot be destroyed; otherwise such ports fall back to VLAN 1. */
  destroyInUseRefused: boolean;
  /** The RowStatus of an active VLAN reads createAndGo. */
  statusReadsCreate: boolean;
}

export function noFaults(): Faults {
  return {
    slow: millis(0),
    slowUnder: undefined,
    silent: false,
    loseRequest: 0,
    loseAnswer: 0,
    largestAnswer: 1_400,
    bulkEndsAfter: Number.POSITIVE_INFINITY,
    emptyAnswer: 0,
    repeatOid: 0,
    loseSetAnswer: 0,
    lyingSet: 0,
    refuseSet: 0,
    mostVarbinds: Number.POSITIVE_INFINITY,
    restartAtSet: undefined,
    saveRefused: false,
    adminSettle: millis(0),
    denied: new Set(),
    faulty: new Set(),
    shorted: new Set(),
    faultsHeal: false,
    toggleFaults: millis(0),
    detectionReads: new Map(),
    vlanSettle: millis(0),
    egressUntags: false,
    untaggedIgnored: false,
    pvidJoins: false,
    pvidTagsOld: false,
    pvidLeavesOld: false,
    pvidUnchecked: false,
    accessPorts: new Set(),
    creation: 'any',
    destroyInUseRefused: false,
    statusReadsCreate: false,
    spoil: undefined,
  };
}

/** No number is drawn for what is not dialled, so that dialling one fault does not move the others. */
export function happens(probability: number, random: () => number): boolean {
  return probability > 0 && random() < probability;
}
