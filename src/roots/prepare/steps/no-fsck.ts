import { maskUnits, type Step } from '../step.ts';

const UNITS = ['systemd-fsck-root.service', 'e2scrub_all.timer', 'e2scrub_reap.service', 'fstrim.timer'];

export const noFsck: Step = {
  name: 'no-fsck',
  title: 'no file system is checked or trimmed by the board: the file server does that',
  plan: ({ root }) => ({ edits: maskUnits(root, UNITS) }),
};
