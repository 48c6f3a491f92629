import { STAFF_SAMPLES } from './staff-samples.ts';

/**
 * One request for every route that does what the route is for, on a rack that holds the server `own-1` of tenant `acme` in
 * slot 1. A route without an entry fails the tests that are made from the routes.
 */
export interface Sample {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For a key of the tenant that is allowed what the route needs. */
  readonly own: number;
  /** For a key of another tenant, allowed the same. */
  readonly foreign: number;
  /** For a staff key; left out: as `own`. */
  readonly staff?: number;
  /** For a staff key, where it names things otherwise. */
  readonly staffPath?: string;
}

const json = (body: unknown) => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});
const ssh = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)]).toString('base64')} me`;
const servers = '/beta/pi/servers';
const v1 = '/api/v1';

/** By the name of the route. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  login: {
    path: '/login',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
    own: 200,
    foreign: 200,
  },
  listServers: { path: servers, own: 200, foreign: 200 },
  getServer: { path: `${servers}/own-1`, own: 200, foreign: 403 },
  // Orders are of a tenant: staff assign slots.
  createServer: { path: servers, ...json({ model: 4 }), own: 202, foreign: 202, staff: 403 },
  createNamedServer: { path: `${servers}/new-1`, ...json({ model: 4 }), own: 202, foreign: 202, staff: 403 },
  deleteServer: { path: `${servers}/own-1`, own: 204, foreign: 404 },
  getSshKeys: { path: `${servers}/own-1/ssh-key`, own: 200, foreign: 403 },
  setSshKeys: { path: `${servers}/own-1/ssh-key`, ...json({ ssh_key: ssh }), own: 200, foreign: 403 },
  setPower: { path: `${servers}/own-1/power`, ...json({ power: false }), own: 200, foreign: 403 },
  rebootServer: { path: `${servers}/own-1/reboot`, own: 202, foreign: 403 },
  listModels: { path: '/beta/pi/models', own: 200, foreign: 200 },
  listImages: { path: '/beta/pi/images/3', own: 200, foreign: 200 },
  getProvisioning: { path: '/queue/pi/{task}', own: 303, foreign: 404 },
  v1ListServers: { path: `${v1}/servers`, own: 200, foreign: 200 },
  v1CreateServer: { path: `${v1}/servers`, ...json({ name: 'new-2', model: 4 }), own: 202, foreign: 202, staff: 403 },
  v1GetServer: { path: `${v1}/servers/own-1`, own: 200, foreign: 404 },
  v1ChangeServer: { path: `${v1}/servers/own-1`, ...json({ tags: { env: 'test' } }), own: 200, foreign: 404 },
  v1DeleteServer: { path: `${v1}/servers/own-1`, own: 204, foreign: 404 },
  listEvents: { path: `${v1}/events?type=boot.*,job.done`, own: 200, foreign: 200 },
  listServerEvents: { path: `${v1}/servers/own-1/events?after=1`, own: 200, foreign: 404 },
  streamEvents: { path: `${v1}/events/stream`, own: 200, foreign: 200 },
  streamServerEvents: { path: `${v1}/servers/own-1/events/stream?after=0`, own: 200, foreign: 404 },
  v1GetSshKeys: { path: `${v1}/servers/own-1/ssh-key`, own: 200, foreign: 404 },
  v1SetSshKeys: { path: `${v1}/servers/own-1/ssh-key`, ...json({ ssh_key: ssh }), own: 200, foreign: 404 },
  v1SwitchPower: { path: `${v1}/servers/own-1/power`, ...json({ action: 'off' }), own: 202, foreign: 404 },
  v1RebootServer: { path: `${v1}/servers/own-1/reboot`, ...json({ how: 'soft' }), own: 202, foreign: 404 },
  v1ReimageServer: { path: `${v1}/servers/own-1/reimage`, ...json({}), own: 202, foreign: 404 },
  v1UndoReimage: { path: `${v1}/servers/own-1/undo`, own: 202, foreign: 404 },
  v1RescueServer: { path: `${v1}/servers/own-1/rescue`, ...json({}), own: 202, foreign: 404 },
  v1ListTasks: { path: `${v1}/tasks?server=own-1`, own: 200, foreign: 404 },
  v1GetTask: { path: `${v1}/tasks/{task}`, own: 200, foreign: 404 },
  v1CancelTask: { path: `${v1}/tasks/{task}/cancel`, own: 409, foreign: 404 },
  v1ListBoots: { path: `${v1}/servers/own-1/boots`, own: 200, foreign: 404 },
  v1GetBoot: { path: `${v1}/servers/own-1/boots/{boot}`, own: 200, foreign: 404 },
  v1GetBootLog: { path: `${v1}/servers/own-1/boots/{boot}/log`, own: 200, foreign: 404 },
  v1GetPowerSeries: { path: `${v1}/servers/own-1/power/series?step=900`, own: 200, foreign: 404 },
  v1GetHealthSeries: {
    path: `${v1}/servers/own-1/health/series?from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z`,
    own: 200,
    foreign: 404,
  },
  v1ListModels: { path: `${v1}/models`, own: 200, foreign: 200 },
  v1ListImages: { path: `${v1}/images`, own: 200, foreign: 200 },
  listWebhooks: { path: `${v1}/webhooks`, own: 200, foreign: 200 },
  createWebhook: { path: `${v1}/webhooks`, ...json({ url: 'http://127.0.0.1:9/' }), own: 201, foreign: 201 },
  getWebhook: { path: `${v1}/webhooks/{webhook}`, own: 200, foreign: 404, staff: 404 },
  changeWebhook: {
    path: `${v1}/webhooks/{webhook}`,
    ...json({ types: ['boot.*'] }),
    own: 200,
    foreign: 404,
    staff: 404,
  },
  deleteWebhook: { path: `${v1}/webhooks/{webhook}`, own: 204, foreign: 404, staff: 404 },
  rotateWebhookSecret: { path: `${v1}/webhooks/{webhook}/rotate`, own: 200, foreign: 404, staff: 404 },
  testWebhook: { path: `${v1}/webhooks/{webhook}/test`, own: 202, foreign: 404, staff: 404 },
  listDeliveries: { path: `${v1}/webhooks/{webhook}/deliveries`, own: 200, foreign: 404, staff: 404 },
  redeliver: {
    path: `${v1}/webhooks/{webhook}/deliveries/{delivery}/redeliver`,
    own: 202,
    foreign: 404,
    staff: 404,
  },
  ...STAFF_SAMPLES,
  getMetrics: { path: '/metrics', own: 200, foreign: 200 },
  listScrapeTargets: { path: '/sd/boards', own: 200, foreign: 200 },
  controlOutlet: {
    path: '/power/control/off?hostname=own-1&port=1',
    staffPath: '/power/control/off?hostname=sw1&port=1',
    own: 200,
    foreign: 403,
  },
  postOutlet: {
    path: '/power/control/reboot?hostname=own-1&port=1&delay=5',
    staffPath: '/power/control/reboot?hostname=test&port=1&delay=5',
    own: 200,
    foreign: 403,
  },
  getMaasPower: { path: '/maas/own-1', staffPath: '/maas/pi1', own: 200, foreign: 403 },
  setMaasPower: { path: '/maas/own-1/off', staffPath: '/maas/1/off', own: 200, foreign: 403 },
  getOpenApi: { path: '/openapi.json', own: 200, foreign: 200 },
  getDocs: { path: '/docs', own: 200, foreign: 200 },
};
