/** `/metrics` as the parser of the Prometheus project's own library reads it. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { ApiRack } from '../support/api-rack.ts';

const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps({
  family.name: {'type': family.type, 'help': family.documentation, 'samples': len(family.samples)}
  for family in text_string_to_metric_families(sys.stdin.read())}))`;

// Debian's python3-prometheus-client is Debian's Python's alone.
const PYTHON = '/usr/bin/python3';
const LIBRARY = '/usr/lib/python3/dist-packages/prometheus_client';

describeWith({ files: [PYTHON, LIBRARY] })("Prometheus' own parser", () => {
  it('reads /metrics whole: every family with a type and a help text', async () => {
    const rack = await ApiRack.start(4);
    try {
      await rack.live(await rack.key('provision'), 'web-1');
      const { basic } = await rack.key('monitor');
      const { text } = await rack.send({ method: 'GET', path: '/metrics', headers: { Authorization: basic } });
      const { stdout, stderr } = spawnSync(PYTHON, ['-c', PARSE], { input: text, encoding: 'utf8' });
      expect(stderr).toBe('');
      const families: Record<string, { type: string; help: string; samples: number }> = JSON.parse(stdout);
      expect(families.pirack_slot_power_watts).toMatchObject({ type: 'gauge', samples: 4 });
      expect(families.pirack_boots).toMatchObject({ type: 'counter' });
      for (const [name, { type, help }] of Object.entries(families)) {
        expect([name, type]).not.toContain('unknown');
        expect(help, name).not.toBe('');
      }
    } finally {
      await rack.stop();
    }
  });
});
