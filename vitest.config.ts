import { defineConfig } from 'vitest/config';

/** Racks of 108 boards and floods: both cores are theirs, or what they measure is somebody else. */
const WHOLE_MACHINE = ['test/rig/rack-108.test.ts', 'test/rig/flood.test.ts'];

export default defineConfig({
  test: {
    // Two cores are the smallest machine the tests are meant for: more workers only make them wait for each other.
    maxWorkers: 2,
    // A hang, not a pace: machines that test are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './test/support/plain-reporter.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/rig/**'], sequence: { groupOrder: 1 } },
      },
      {
        // Racks of a few boards, after everything else: they mostly wait, so two at a time take half as long.
        extends: true,
        test: {
          name: 'rig',
          include: ['test/rig/**/*.test.ts'],
          exclude: WHOLE_MACHINE,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'rack', include: WHOLE_MACHINE, maxWorkers: 1, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
