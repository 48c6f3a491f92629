/** What takes too long for every run of the tests, and is run by a script of its own: scripts/reimage-many. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/rig/many-roots/*.slow.ts'],
    maxWorkers: 1,
    reporters: ['default', './test/support/plain-reporter.ts'],
  },
});
