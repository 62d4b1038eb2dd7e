import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node itself resolves: with Vite's own conditions ours would be another copy of graphql than Yoga's.
  ssr: { resolve: { conditions: ['module-sync', 'node'], externalConditions: ['module-sync', 'node'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.{ts,tsx}',
      'bench/test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    setupFiles: ['packages/testing/src/property-seed.ts'],
    globalSetup: ['packages/testing/src/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
