/** What goes over the controller's socket about actions on many slots. */
import type { Failure } from '../../rack/job.ts';
import type { JobView } from './job-protocol.ts';

export interface GroupMemberView {
  readonly slot: number;
  /** Of its job; `refused`: it has none. */
  readonly state: JobView['state'] | 'refused';
  readonly job?: JobView;
  readonly refused?: Failure;
}

export interface GroupView {
  readonly id: number;
  /** `on`, `auto reboot`, `maintenance`. */
  readonly action: string;
  readonly who: string;
  readonly createdAt: number;
  /** `failed`: all have ended, and some not well. */
  readonly state: 'running' | 'done' | 'failed';
  /** Slots by their state. */
  readonly counts: Readonly<Record<string, number>>;
  readonly slots: readonly GroupMemberView[];
}
