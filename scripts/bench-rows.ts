/** The rows of the bench's table: what each does, in the order in which they run. */
import { join } from "node:path";
import { countBytes, execute, query, queryNumber } from "./bench-api.ts";
import { bigRows, syncsPerSecond } from "./bench-disk.ts";
import { drive, randomMark } from "./bench-load.ts";
import { type Bench, elapsedMs, type Result, rate } from "./bench-node.ts";
import { commandFor, ServerProcess } from "./server-process.ts";

const pointRows = 1_000_000;
const pointQuery = JSON.stringify([`SELECT * FROM bench_point WHERE id = ${randomMark}`]);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** One row, or a few that are measured together. `process` rows start and end nodes, so `--url` can't have them. */
export interface Row {
  readonly name: string;
  readonly needs: "url" | "process";
  run(bench: Bench): Promise<readonly Result[]>;
}

const pointTable = (bench: Bench): Promise<string> =>
  bench.prepare("point", (url) =>
    execute(url, [
      "DROP TABLE IF EXISTS bench_point",
      "CREATE TABLE bench_point(id INTEGER PRIMARY KEY, name TEXT, n INTEGER)",
      `INSERT INTO bench_point WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < ${pointRows}) SELECT i, 'name ' || i, i * 7 FROM r`,
    ]),
  );

const insertTable = (bench: Bench): Promise<string> =>
  bench.prepare("insert", (url) =>
    execute(url, ["DROP TABLE IF EXISTS bench_insert", "CREATE TABLE bench_insert(id INTEGER PRIMARY KEY, name TEXT)"]),
  );

const insertSql = `INSERT INTO bench_insert(name) VALUES("fiona")`;

/** A load of inserts, checked: every acknowledged one must be a row afterwards. */
async function inserts(
  bench: Bench,
  name: string,
  clients: number,
  perRequest: number,
  parameters: string,
): Promise<readonly Result[]> {
  const url = await insertTable(bench);
  const before = await queryNumber(url, "SELECT count(*) FROM bench_insert");
  const body = JSON.stringify(Array.from({ length: perRequest }, () => insertSql));
  const results = await bench.load(name, { path: `/db/execute${parameters}`, body, clients }, perRequest);
  const rows = (await queryNumber(url, "SELECT count(*) FROM bench_insert")) - before;
  const claimed = Math.round((results[0]?.value ?? 0) * bench.context.seconds);
  if (rows < claimed * 0.9) throw new Error(`${name}: ${claimed} inserts were acknowledged, ${rows} rows are there`);
  return results;
}

async function doNothing(bench: Bench, clients: number): Promise<Result> {
  const { runtime, seconds } = bench.context;
  const stack = runtime === "compiled" ? "bun" : runtime;
  const command = (port: number): readonly string[] => [
    ...commandFor(stack, "scripts/do-nothing-server.ts"),
    ...["--runtime", stack, "--port", String(port)],
  ];
  const server = await ServerProcess.start({ runtime, folder: "", command });
  try {
    const load = { path: "/db/execute", body: JSON.stringify([insertSql]), clients };
    await drive(server.url, { ...load, seconds: 1 });
    const before = server.usage();
    const result = await drive(server.url, { ...load, seconds });
    return rate(`do-nothing-${clients}`, result, 1, server.usage().cpuMs - before.cpuMs);
  } finally {
    await server.end("SIGKILL");
  }
}

async function restart(bench: Bench, name: string, signal: "SIGTERM" | "SIGKILL"): Promise<readonly Result[]> {
  const tookMs: number[] = [];
  for (let round = 0; round < 3; round++) {
    const server = await bench.bigServer();
    await execute(server.url, ["CREATE TABLE IF NOT EXISTS bench_insert(id INTEGER PRIMARY KEY, name TEXT)"]);
    await drive(server.url, { path: "/db/execute", body: JSON.stringify([insertSql]), clients: 64, seconds: 2 });
    await server.end(signal);
    const again = await bench.start(join(bench.context.folder, "big"));
    bench.replaceBigServer(again);
    tookMs.push(again.readyMs);
  }
  return [
    {
      name,
      value: median(tookMs),
      unit: "ms",
      note: `from the spawn to /readyz 200; ${tookMs.map((ms) => Math.round(ms)).join(", ")}`,
    },
  ];
}

const clientCounts = [1, 8, 64, 256] as const;
const levels = ["none", "weak", "linearizable", "strong"] as const;

/** All rows. The first ones are the yardsticks of this very run. */
export const rows: readonly Row[] = [
  {
    name: "sync",
    needs: "url",
    run: async ({ context }) => [
      {
        name: "sync",
        value: syncsPerSecond(context.folder, context.seconds),
        unit: "per second",
        note: "512 B + fdatasync, one by one",
      },
    ],
  },
  ...clientCounts.map(
    (clients): Row => ({
      name: `do-nothing-${clients}`,
      needs: "url",
      run: async (bench) => [await doNothing(bench, clients)],
    }),
  ),
  {
    name: "cold-start",
    needs: "process",
    async run(bench) {
      const tookMs: number[] = [];
      for (let round = 0; round < 5; round++) {
        const server = await bench.start();
        tookMs.push(server.readyMs);
        await server.end("SIGKILL");
      }
      return [
        { name: "cold-start", value: median(tookMs), unit: "ms", note: "empty folder, from the spawn to /readyz 200" },
      ];
    },
  },
  {
    name: "idle",
    needs: "process",
    async run(bench) {
      const server = await bench.start();
      try {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        const before = server.usage();
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        const after = server.usage();
        return [
          { name: "idle-cpu", value: (after.cpuMs - before.cpuMs) / 100, unit: "% of a core", note: "over 10 s" },
          { name: "idle-memory", value: after.residentBytes / 1e6, unit: "MB", note: "resident" },
        ];
      } finally {
        await server.end("SIGKILL");
      }
    },
  },
  ...clientCounts.map(
    (clients): Row => ({
      name: `insert-${clients}`,
      needs: "url",
      run: (bench) => inserts(bench, `insert-${clients}`, clients, 1, ""),
    }),
  ),
  { name: "insert-100", needs: "url", run: (bench) => inserts(bench, "insert-100", 4, 100, "?transaction") },
  {
    name: "update-random",
    needs: "url",
    async run(bench) {
      await pointTable(bench);
      const server = await bench.server();
      const before = server?.usage().writtenBytes ?? 0;
      const body = JSON.stringify([`UPDATE bench_point SET n = n + 1 WHERE id = ${randomMark}`]);
      const results = await bench.load("update-random", {
        path: "/db/execute",
        body,
        randomMax: pointRows,
        clients: 64,
      });
      const written = (server?.usage().writtenBytes ?? 0) - before;
      const requests = (results[0]?.value ?? 1) * bench.context.seconds;
      return server === null
        ? results
        : [
            ...results,
            { name: "update-written", value: written / 1024 / requests, unit: "KiB", note: "to the disk per update" },
          ];
    },
  },
  ...levels.flatMap((level) =>
    [1, 64].map(
      (clients): Row => ({
        name: `read-${level}-${clients}`,
        needs: "url",
        async run(bench) {
          await pointTable(bench);
          const load = { path: `/db/query?level=${level}`, body: pointQuery, randomMax: pointRows, clients };
          return bench.load(`read-${level}-${clients}`, load);
        },
      }),
    ),
  ),
  {
    name: "select-10000",
    needs: "url",
    async run(bench) {
      const url = await pointTable(bench);
      const sql = "SELECT * FROM bench_point LIMIT 10000";
      const bytes = (await query(url, sql)).length;
      const [result] = await bench.load("select-10000", { path: "/db/query", body: JSON.stringify([sql]), clients: 1 });
      return [
        {
          name: "select-10000",
          value: result?.p50Ms ?? Number.NaN,
          unit: "ms",
          ...(result?.p99Ms === undefined ? {} : { p99Ms: result.p99Ms }),
          note: `median; ${Math.round(bytes / 1000)} kB`,
        },
      ];
    },
  },
  {
    name: "boot",
    needs: "process",
    async run(bench) {
      await bench.endFirst();
      const { tookMs, note } = await bench.boot();
      return [{ name: "boot", value: tookMs, unit: "ms", ...(note === undefined ? {} : { note }) }];
    },
  },
  {
    name: "count",
    needs: "process",
    async run(bench) {
      const { url } = await bench.bigServer();
      const tookMs: number[] = [];
      for (let round = 0; round < 5; round++) {
        tookMs.push(
          await elapsedMs(async () => {
            const count = await queryNumber(url, "SELECT count(*) FROM big");
            if (count !== bigRows) throw new Error(`count(*) says ${count}, ${bigRows} rows were put in`);
          }),
        );
      }
      return [{ name: "count", value: median(tookMs), unit: "ms", note: "count(*) of 4 M rows" }];
    },
  },
  {
    name: "backup",
    needs: "process",
    async run(bench) {
      const { url } = await bench.bigServer();
      let bytes = 0;
      const tookMs = await elapsedMs(async () => {
        bytes = await countBytes(`${url}/db/backup`);
      });
      return [{ name: "backup", value: tookMs, unit: "ms", note: `${Math.round(bytes / 1e6)} MB` }];
    },
  },
  { name: "restart-clean", needs: "process", run: (bench) => restart(bench, "restart-clean", "SIGTERM") },
  { name: "restart-crash", needs: "process", run: (bench) => restart(bench, "restart-crash", "SIGKILL") },
];
