import type { VlanBackend } from '../../backend.ts';

/** What of a backend each family does in its own way. */
export type VlanDialect = Pick<VlanBackend, 'numbering' | 'creates' | 'read' | 'pvids' | 'write'>;
