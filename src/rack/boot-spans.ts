/** How long each part of a boot took: from one milestone to the next. */
import type { Milestone } from './milestone.ts';
import type { Step } from './timeline.ts';
import { type Millis, millis } from './units.ts';

interface Part {
  readonly name: string;
  readonly from: Milestone;
  readonly to: Milestone;
  /** As in "12 s for …". */
  readonly told: string;
}

/** In the order of a boot. DHCP of firmware goes up to the first file: a board that is offered nothing asks for none. */
export const SPANS = Object.freeze([
  { name: 'start', from: 'power_on', to: 'discover', told: 'getting from power to DHCP' },
  { name: 'dhcp', from: 'discover', to: 'first_request', told: 'DHCP up to the first file' },
  { name: 'firmware', from: 'first_request', to: 'firmware_sent', told: 'loading its firmware' },
  { name: 'kernel', from: 'firmware_sent', to: 'kernel_sent', told: 'loading its kernel' },
  { name: 'linux', from: 'kernel_sent', to: 'kernel_dhcp', told: 'starting Linux' },
  { name: 'root', from: 'kernel_dhcp', to: 'root_mounted', told: 'mounting its root' },
  { name: 'services', from: 'root_mounted', to: 'ssh_up', told: 'getting from its root to SSH' },
] as const satisfies readonly Part[]);

export type SpanName = (typeof SPANS)[number]['name'];
export type Spans = Readonly<Partial<Record<SpanName, Millis>>>;

/**
 * The parts whose both ends were seen, in this order. Power is read by polling, so power-on may be seen after what follows
 * it: then nothing is known of that part.
 */
export function spansOf(steps: readonly Step[]): Spans {
  const at = new Map(steps.map((step) => [step.milestone, step.at]));
  const spans: Partial<Record<SpanName, Millis>> = {};
  for (const { name, from, to } of SPANS) {
    const began = at.get(from);
    const ended = at.get(to);
    if (began !== undefined && ended !== undefined && ended >= began) spans[name] = millis(ended - began);
  }
  return spans;
}
