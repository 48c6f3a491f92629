import type { Assignments } from '../../jobs/assignments.ts';
import type { JobRunner } from '../../jobs/durable/runner.ts';
import type { GroupMember, JobGroups } from '../../jobs/groups.ts';
import type { SlotCare } from '../../jobs/maintenance.ts';
import { isEnded } from '../../rack/job.ts';
import type { JobGroup } from '../../store/job-groups.ts';
import { jobView } from './job-views.ts';
import type { GroupMemberView, GroupView } from './staff-protocol.ts';
import type { StaffTarget } from './staff-routes.ts';

export interface StaffParts {
  readonly care: SlotCare;
  readonly groups: JobGroups;
  readonly assignments: Assignments;
  readonly jobs: JobRunner;
}

export function staffTarget({ care, groups, assignments, jobs }: StaffParts): StaffTarget {
  const view = (group: JobGroup) => groupView(group, groups.members(group), jobs);
  return {
    care,
    assignments,
    askGroup: async (request) => view(await groups.ask(request)),
    group(id) {
      const group = groups.get(id);
      return group && view(group);
    },
    groups: (limit, before) => groups.newest(limit, before).map(view),
  };
}

function groupView(group: JobGroup, members: readonly GroupMember[], jobs: JobRunner): GroupView {
  const slots = members.map((member): GroupMemberView => {
    if ('job' in member) return { slot: member.slot, state: member.job.state, job: jobView(jobs, member.job) };
    if ('refused' in member) return { slot: member.slot, state: 'refused', refused: member.refused };
    return { slot: member.slot, state: 'done' };
  });
  const counts: Record<string, number> = {};
  for (const { state } of slots) counts[state] = (counts[state] ?? 0) + 1;
  const open = members.some((member) => 'job' in member && !isEnded(member.job.state));
  const good = slots.every(({ state }) => state === 'done');
  const { id, action, who, createdAt } = group;
  return { id, action, who, createdAt, state: open ? 'running' : good ? 'done' : 'failed', counts, slots };
}
