import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Guests and whole-rack tests name their own, longer limits; everything else should be quick.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are the smallest machine the tests are meant for: more workers only make them wait for each other.
    maxWorkers: 2,
    reporters: ['default', './test/support/plain-reporter.ts'],
  },
});
