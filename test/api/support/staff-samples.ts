/** Samples of the routes for staff: a key of another scope is refused before any of it is looked at. */
import type { Sample } from './samples.ts';

const json = (body: unknown) => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const staff = '/api/v1/staff';
const answered = (path: string, status: number, body?: unknown): Sample => ({
  path: `${staff}${path}`,
  ...(body === undefined ? {} : json(body)),
  own: status,
  foreign: status,
});

export const STAFF_SAMPLES: Readonly<Record<string, Sample>> = {
  staffListSlots: answered('/slots?slots=1-3', 200),
  staffGetSlot: answered('/slots/1', 200),
  staffGetPowerSeries: answered('/slots/1/power/series', 200),
  staffGetHealthSeries: answered('/slots/1/health/series?step=86400', 200),
  staffListBoards: answered('/boards', 200),
  staffGetBoard: answered('/boards/1', 200),
  staffListSwitches: answered('/switches', 200),
  staffListAssignments: answered('/assignments', 200),
  staffAssign: answered('/assignments', 202, { tenant: 'acme', slot: 4 }),
  staffMove: answered('/assignments/1', 202, { slot: 6, fresh_root: true }),
  staffRelease: answered('/assignments/1', 204),
  staffListMaintenance: answered('/maintenance', 200),
  staffBeginMaintenance: answered('/maintenance/5', 200, { reason: 'a new fan', until: '2099-01-01T00:00:00Z' }),
  staffEndMaintenance: answered('/maintenance/5', 204),
  staffListQuarantine: answered('/quarantine', 200),
  staffSetQuarantine: answered('/quarantine/5', 200, { reason: 'it smells' }),
  staffLiftQuarantine: answered('/quarantine/5', 204),
  staffStartAction: answered('/actions', 202, { action: 'cycle', slots: '2-3' }),
  staffListActions: answered('/actions', 200),
  staffGetAction: answered('/actions/{action}', 200),
  staffListTenants: answered('/tenants', 200),
  staffPutTenant: answered('/tenants/acme', 200, { quota: null }),
  staffDisableTenant: answered('/tenants/spare', 204),
  staffListKeys: answered('/keys?tenant=acme', 200),
  staffCreateKey: answered('/keys', 201, { scope: 'monitor', label: 'prometheus' }),
  staffRevokeKey: answered('/keys/{key}', 204),
  staffListAudit: answered('/audit?limit=5', 200),
};
