import { expect, it, onTestFinished } from 'vitest';
import { ownNetworks } from '../../../src/api/webhooks/own-networks.ts';
import { makePlan } from '../../support/plan.ts';
import { ApiRack } from '../support/api-rack.ts';
import { TestCa } from '../support/certificates.ts';
import { isSigned, Receiver } from './receiver.ts';

it('webhooks behind TLS get what happens, and the delivery log says why one does not', async () => {
  const ca = new TestCa();
  onTestFinished(() => ca.remove());
  const rules = { http: false, allowed: ['127.0.0.1'], ca: ca.file, own: ownNetworks(makePlan(2)) };
  const rack = await ApiRack.start(2, { webhooks: rules });
  onTestFinished(() => rack.stop());
  const key = await rack.key('provision');
  const subjects = ['IP:127.0.0.1', 'DNS:other.example'];
  const receivers = await Promise.all(subjects.map((subject) => Receiver.start(ca.issue(subject))));
  for (const receiver of receivers) onTestFinished(() => receiver.stop());
  const paths: string[] = [];
  const secrets: string[] = [];
  for (const { url } of receivers) {
    const made = await rack.call(key, 'POST', '/api/v1/webhooks', { url, types: ['server.live'] });
    const { id, secret } = made.body as unknown as { id: string; secret: string };
    paths.push(`/api/v1/webhooks/${id}/deliveries`);
    secrets.push(secret);
  }
  await rack.live(key, 'web-1');
  const newest = async (path = '') =>
    ((await rack.call(key, 'GET', path)).body as { deliveries?: unknown[] } | undefined)?.deliveries?.[0];
  await expect
    .poll(() => newest(paths[0]))
    .toMatchObject({ state: 'delivered', attempts: 1, status: 204, error: null });
  const [got, ...more] = receivers.flatMap((receiver) => receiver.got);
  expect([got?.event.type, got && isSigned(got, secrets[0] ?? '')]).toEqual(['server.live', true]);
  await expect
    .poll(() => newest(paths[1]))
    .toMatchObject({
      state: 'pending',
      attempts: 1,
      status: null,
      error: 'its certificate is not for this name (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  expect(more).toEqual([]);
});
