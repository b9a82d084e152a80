import { defineConfig } from "vitest/config";

// `quick` is what one runs while writing: rooms, one by one, in this process. `slow` starts real processes on all three
// runtimes, so it runs one file at a time: files side by side would only measure each other,
// and after the quick ones.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "quick",
          include: ["test/{core,http,house,scenarios,sim}/**/*.test.ts"],
          testTimeout: 30_000,
          // Bun loses this package's re-exports when vitest loads it from outside.
          server: { deps: { inline: ["zod"] } },
        },
      },
      {
        test: {
          name: "slow",
          include: ["test/{contract,process,crash,cluster}/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
