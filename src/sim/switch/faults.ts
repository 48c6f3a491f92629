/** What real switches do wrong (research: snmp-poe §7), on a dial that may be turned while it runs. */
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';

export interface Faults {
  /** Time to answer, per varbind of the answer; one request after the other, as in a weak CPU. */
  slow: Millis;
  /** Probability that a request, or an answer, is lost on the way. */
  loseRequest: number;
  loseAnswer: number;
  /** Probability that a SET is done and its answer lost. */
  loseSetAnswer: number;
  /** Probability that a SET is answered with noError and not done. */
  lyingSet: number;
  /** Ports for which there is never power. */
  readonly denied: Set<number>;
  /** Ports that go to `fault` where they should deliver. */
  readonly faulty: Set<number>;
  /** Answers nothing. */
  silent: boolean;
  /** Octets of an answer, at most. */
  largestAnswer: number;
  /** Last word on every answer; undefined leaves it as it is. */
  spoil: ((request: AgentRequest, answer: AgentAnswer) => AgentAnswer) | undefined;
}

export function noFaults(): Faults {
  return {
    slow: millis(0),
    loseRequest: 0,
    loseAnswer: 0,
    loseSetAnswer: 0,
    lyingSet: 0,
    denied: new Set(),
    faulty: new Set(),
    silent: false,
    largestAnswer: 1_400,
    spoil: undefined,
  };
}
