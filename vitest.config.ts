import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two cores are the smallest machine the tests are meant for: more workers only make them wait for each other.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/plain-reporter.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/rig/**'], sequence: { groupOrder: 1 } },
      },
      {
        // Whole racks and guests: one at a time, after everything else, or they measure each other.
        extends: true,
        test: { name: 'rig', include: ['test/rig/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
