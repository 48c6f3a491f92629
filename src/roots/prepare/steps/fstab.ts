import type { Step } from '../step.ts';

const PATH = 'etc/fstab';
/** What a board without a card cannot mount; anything else in the table is the image's business. */
const DEVICE = /^(\/dev\/|UUID=|PARTUUID=|LABEL=|PARTLABEL=)/;

export const fstab: Step = {
  name: 'fstab',
  title: 'file systems that lie on a card are not mounted; the root is mounted already',
  plan({ root }) {
    const text = root.text(PATH);
    if (text === undefined) return { edits: [] };
    const kept: string[] = [];
    const notes: string[] = [];
    for (const line of text.split('\n')) {
      const [device = '', target = '', type = ''] = line.trim().split(/\s+/);
      const ofCard = DEVICE.test(device) || target === '/' || type === 'swap';
      if (line.trim().startsWith('#') || !ofCard) kept.push(line);
      else notes.push(`no longer mounted: ${device} on ${target}`);
    }
    return notes.length === 0
      ? { edits: [] }
      : { edits: [{ kind: 'write', path: PATH, text: kept.join('\n') }], notes };
  },
};
