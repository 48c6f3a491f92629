import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../../src/api/webhooks/addresses.ts';
import { ownNetworks } from '../../../src/api/webhooks/own-networks.ts';
import { pauseAfter } from '../../../src/api/webhooks/schedule.ts';
import { wrongUrl } from '../../../src/api/webhooks/send.ts';
import { newWebhookSecret, signedHeaders } from '../../../src/api/webhooks/signature.ts';
import { makePlan } from '../../support/plan.ts';

const plan = makePlan(3);
const policy = new AddressPolicy({
  own: [...ownNetworks(plan), '198.51.99.0/24'],
  local: () => ['93.184.216.34'],
  allowed: ['10.20.0.0/16', '10.30.0.0/16'],
});

describe('addresses that webhooks may not reach', () => {
  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fec0::1',
    '::127.0.0.1',
    '::8.8.8.8',
    '::10.20.0.1',
    '0:0:0:0:0:0:8.8.8.8',
    '4000::1',
    'localhost',
    '',
    '1.2.3',
  ])('%s', (address) => {
    expect(policy.refusal(address)).toMatch(/^it is (not public|no address)$/);
  });

  it('are also the rack and this machine, by every spelling', () => {
    const [slot] = plan.slots;
    for (const own of [slot?.ipv4.board, slot?.ipv6.board, '198.51.99.7', '93.184.216.34', '::ffff:93.184.216.34'])
      expect([own, policy.refusal(own as string)]).toEqual([own, 'it is of the rack']);
  });

  it('are none that are public, or that the rack file allows', () => {
    for (const address of ['1.1.1.1', '2606:4700::1111', '2a00:1450::5', '10.30.3.4', '::ffff:10.30.3.4'])
      expect([address, policy.refusal(address)]).toEqual([address, undefined]);
    expect(policy.refusal('10.21.0.1')).toBe('it is not public');
  });

  it('are told from any text without a throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => void policy.refusal(text)));
  });

  it('are refused in URLs however they are written', () => {
    const wrong = (url: string, http = false) => wrongUrl(new URL(url), { http, policy });
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '127.1'])
      expect([host, wrong(`https://${host}/`)]).toEqual([host, expect.stringMatching(/^nothing is sent to/)]);
    expect(wrong('http://example.net/')).toMatch(/begins with https/);
    expect(wrong('http://example.net/', true)).toBeUndefined();
    expect(wrong('file:///etc/passwd', true)).toMatch(/begins with https/);
    expect(wrong('https://user:pass@example.net/')).toMatch(/without user/);
    expect(wrong('https://example.net:8443/a?b')).toBeUndefined();
  });
});

describe('signatures', () => {
  it('are as Standard Webhooks has them, one for each secret', () => {
    // The example of its specification.
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders(message, [secret]);
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    const own = newWebhookSecret(new Uint8Array(32).fill(7));
    const [first, second] = (signedHeaders(message, [own, secret])['webhook-signature'] as string).split(' ');
    expect(second).toBe(headers['webhook-signature']);
    const mac = createHmac('sha256', new Uint8Array(32).fill(7)).update(`${message.id}.1614265330.${message.body}`);
    expect(first).toBe(`v1,${mac.digest('base64')}`);
  });
});

describe('retries', () => {
  it('are ever later, never all at once, and two hours apart at most', () => {
    expect([1, 2, 3, 4].map((failed) => pauseAfter(failed, 0.5))).toEqual([5_000, 15_000, 45_000, 135_000]);
    expect([pauseAfter(1, 0), pauseAfter(1, 1)]).toEqual([4_000, 6_000]);
    expect(pauseAfter(50, 0.5)).toBe(7_200_000);
  });
});
