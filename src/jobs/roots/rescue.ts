/**
 * A board boots another root once, with its own mounted in it: for mending what does not boot. Its own root stays as it is
 * and stays exported; the rescue root has an export beside it, and goes when that boot is over.
 */
import { z } from 'zod';
import type { Milestone } from '../../rack/milestone.ts';
import type { NfsVersion, SlotPlan } from '../../rack/plan.ts';
import { wishesOf } from '../../roots/index.ts';
import type { MountWish } from '../../roots/personalise/wishes.ts';
import { personalWishes } from '../../roots/personalise/wishes.ts';
import type { JobRow } from '../../store/jobs.ts';
import type { RootRow } from '../../store/roots.ts';
import type { Ipv4 } from '../../wire/address.ts';
import { type JobKind, JobRefused, StepFailed } from '../durable/kind.ts';
import { assignedSlot, type RootJobParts, slotOf } from './parts.ts';
import { imageFor } from './reimage.ts';
import * as steps from './steps.ts';

const request = personalWishes.pick({ authorizedKeys: true }).extend({
  image: z.string().min(1).max(200).optional(),
  until: z.enum(steps.DONE_AT as [Milestone, ...Milestone[]]).optional(),
});

/** Where the board finds its own root. */
export const RESCUE_MOUNT = 'mnt/root';
/** The image for rescues, where there is one of this name. */
const RESCUE_IMAGE = 'rescue';

export function rescueKind(parts: RootJobParts): JobKind {
  const clone = steps.work(
    'clone',
    'cloning the rescue image',
    2,
    async ({ job }) => {
      const { image, authorizedKeys } = job.parameters as { image: string; authorizedKeys?: string[] };
      const known = parts.roots.images.get(image);
      if (known === undefined)
        throw new StepFailed('no_image', `image ${image} is not there any more`, { permanent: true });
      const slot = slotOf(parts, job.slot);
      const wishes = {
        ...wishesOf(parts.plan, slot),
        mounts: [ownRoot(parts, slot)],
        ...(authorizedKeys && { authorizedKeys }),
      };
      return { rescue: (await parts.roots.slots.make(job.slot, known, wishes)).id };
    },
    true,
  );
  const arm = steps.wait('arm', 'preparing the one boot', 3, async ({ job }) => {
    const before = parts.table.of(job.slot, 'rescue');
    if (before !== undefined && before.id !== job.facts.rescue) await parts.roots.slots.setRole(before.id, 'doomed');
    await parts.roots.slots.setRole(job.facts.rescue as number, 'rescue');
    return undefined;
  });
  const all = [clone, steps.powerOff(parts), arm, ...steps.follow(parts)];
  return {
    name: 'rescue',
    steps: all,
    undo: steps.putBack(
      parts,
      (job) => armed(parts, job) !== undefined,
      async (job) => {
        const row = armed(parts, job) ?? parts.table.of(job.slot, 'making');
        if (row !== undefined) await parts.roots.slots.setRole(row.id, 'doomed');
      },
    ),
    accept: async (slot, parameters) => {
      const planned = assignedSlot(parts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      if (parts.table.of(slot, 'current') === undefined)
        throw new JobRefused('no_root', `slot ${slot} has no root that could be rescued: reimage it`);
      const special = parts.roots.images
        .all()
        .some(({ image, planned: by }) => [image.name, by?.name].includes(RESCUE_IMAGE));
      const { image } = await imageFor(
        parts,
        parsed.data.image ?? (special ? RESCUE_IMAGE : (planned.image as string)),
      );
      return { ...parsed.data, image: image.id };
    },
    describe: ({ image }) => `rescue: boot ${String(image)} once`,
    ...steps.keepsDark(parts, all),
  };
}

function armed({ table }: RootJobParts, job: JobRow): RootRow | undefined {
  const row = table.of(job.slot, 'rescue');
  return row?.id === job.facts.rescue ? row : undefined;
}

function ownRoot({ plan, roots, table }: RootJobParts, slot: SlotPlan): MountWish {
  const own = table.of(slot.slot, 'current')?.image;
  const spoken = own === undefined ? plan.nfs.version : roots.nfsVersion(slot, own);
  return {
    source: `${slot.ipv4.controller}:${roots.rootPath(slot.slot)}`,
    target: RESCUE_MOUNT,
    options: rescueOptions(spoken, slot.ipv4.controller),
  };
}

/**
 * Mount options for fstab(5), such that any `mount` will do: the addresses are what mount.nfs would look up and what the
 * kernel wants told, so that images without nfs-common mount it too; mount.nfs and busybox put the same in their place.
 * `nofail`: a root that cannot be mounted is the reason why this one is wanted to boot.
 */
export function rescueOptions(version: NfsVersion, server: Ipv4): string {
  const spoken = version === '3' ? `vers=3,nolock,noacl,mountaddr=${server},mountproto=tcp` : 'vers=4.1';
  return `${spoken},addr=${server},tcp,hard,nofail,_netdev,nosuid,nodev`;
}
