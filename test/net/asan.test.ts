import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { buildWithSanitizer, sanitizerLibrary } from './support/asan-build.ts';
import { SEALED, sealed } from './support/sealed.ts';

const LIMIT = 240_000;

// Every script of this folder that drives the add-on, once more with a build in which each read or write outside an
// allocation, each use after free and each leak ends the process with a report.
describeWith({ ...SEALED, programs: [...SEALED.programs, 'gcc', 'g++', 'make', 'python3', 'nft', 'tc'] })(
  'the add-on under AddressSanitizer',
  () => {
    let build = '';
    let preload = '';
    const env = (): Record<string, string> => ({
      PIRACK_TEST_NATIVE: build,
      ASAN_OPTIONS: 'detect_leaks=1:exitcode=86',
      LSAN_OPTIONS: `suppressions=${fileURLToPath(new URL('./support/lsan.supp', import.meta.url))}:print_suppressions=0`,
    });
    beforeAll(async () => {
      [build, preload] = await Promise.all([buildWithSanitizer(), sanitizerLibrary()]);
    }, LIMIT);

    it('is the build that is tested: without the sanitizer it does not load', async () => {
      await expect(sealed('throwing.ts', [], { env: env() })).rejects.toThrow('ASan runtime does not come first');
    });

    it.each([
      ['random-calls.ts'],
      ['throwing.ts'],
      ['exit.ts'],
      ['worker.ts', '4'],
      ['legs-traffic.ts'],
      ['netns.ts'],
      ['frames.ts'],
      ['every-interface.ts'],
      ['inet6.ts'],
      ['back-pressure.ts'],
      ['mount.ts'],
    ])(
      '%s ends without a report',
      async (script, ...args) => {
        await expect(sealed(script, args, { env: env(), preload, timeout: LIMIT })).resolves.toBeDefined();
      },
      LIMIT,
    );
  },
);
