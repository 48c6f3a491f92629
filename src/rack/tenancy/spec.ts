/** What a customer can order, and which boards answer an order (customer-api §4, §5). */
import { PI_MODELS, type PiModelName, piModel } from '../../pi/models.ts';
import { decodeRevision } from '../../pi/revision.ts';
import type { BoardSeen } from '../slot-state.ts';

/** One kind of board, in the numbers that customers order by. */
export interface Spec {
  readonly model: 3 | 4;
  /** `3B`, `3B+`, `4B`: told, not ordered. */
  readonly modelFull: PiModelName;
  /** MB. */
  readonly memory: number;
  /** MHz. */
  readonly cpuSpeed: number;
  /** Mbit/s. */
  readonly nicSpeed: number;
}

/** What was asked for; what is left out may be any. */
export interface Order {
  readonly model: 3 | 4;
  readonly memory?: number | undefined;
  readonly cpuSpeed?: number | undefined;
}

/** The generation that customers order by, for the models that are racked. */
const GENERATION: Partial<Record<PiModelName, 3 | 4>> = Object.freeze({ '3B': 3, '3B+': 3, '4B': 4 });

/** Every kind that can be ordered at all, from small to large. */
export const SPECS: readonly Spec[] = Object.freeze(
  PI_MODELS.flatMap(({ name, memoryMb, cpuMhz, nicMbps }) => {
    const model = GENERATION[name];
    if (model === undefined) return [];
    return memoryMb.map((memory) =>
      Object.freeze({ model, modelFull: name, memory, cpuSpeed: cpuMhz, nicSpeed: nicMbps }),
    );
  }).sort(bySize),
);

/**
 * The kind of a board by what it said of itself; undefined before that is enough. A Pi 3 does not say its memory and
 * need not: there is one size. A Pi 4 does, in its revision word.
 */
export function specOf(board: BoardSeen): Spec | undefined {
  const name = board.model as PiModelName | undefined;
  if (name === undefined || GENERATION[name] === undefined) return undefined;
  const sizes = piModel(name).memoryMb;
  const revision = board.revision === undefined ? undefined : decodeRevision(board.revision);
  const memory = revision?.ok ? revision.revision.memoryMb : sizes.length === 1 ? sizes[0] : undefined;
  return SPECS.find((spec) => spec.modelFull === name && spec.memory === memory);
}

/** Whether a board of this kind is what was ordered. */
export function answers(spec: Spec, order: Order): boolean {
  return (
    spec.model === order.model &&
    (order.memory === undefined || order.memory === spec.memory) &&
    (order.cpuSpeed === undefined || order.cpuSpeed === spec.cpuSpeed)
  );
}

/** From small to large: the smallest that answers an order is given. */
export function bySize(a: Spec, b: Spec): number {
  return a.model - b.model || a.memory - b.memory || a.cpuSpeed - b.cpuSpeed;
}

/** Why no board could ever answer the order; undefined where one might. */
export function impossible(order: Order): string | undefined {
  if (SPECS.some((spec) => answers(spec, order))) return undefined;
  const kinds = SPECS.filter((spec) => spec.model === order.model).map(
    ({ memory, cpuSpeed }) => `${memory} MB at ${cpuSpeed} MHz`,
  );
  return `no Pi ${order.model} is made so; expected ${kinds.join(', ')}`;
}
