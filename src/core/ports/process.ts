import type { Outcome } from "../base/mod.ts";

/** One network interface of the machine, for `/status`. */
export interface NetworkInterface {
  readonly name: string;
  /** In CIDR notation. */
  readonly addresses: readonly string[];
  readonly hardwareAddress: string;
  readonly loopback: boolean;
}

/** The operating system's process, as the host sees it. */
export interface Process {
  /** What stands behind the program's name. */
  readonly commandLine: readonly string[];
  /** Under which name it was started; `rqlited` asks for a data folder (operations §1.1). */
  readonly program: "quolite" | "rqlited";
  /** Path of the program. */
  readonly executable: string;
  readonly pid: number;
  readonly ppid: number;
  readonly hostname: string;
  /** In Go's words: `linux`, `darwin`, `windows`; `amd64`, `arm64`. */
  readonly os: string;
  readonly arch: string;
  /** Name and version of the runtime: `node v24.21.0`, `bun 1.4.5`, `deno 2.9.6`. */
  readonly runtime: string;
  readonly cpus: number;
  env(name: string): string | undefined;
  /** Makes a path absolute. */
  resolvePath(path: string): string;
  /** From now on until it ends this process alone holds the folder, which is there. The error says why not. */
  holdFolder(folder: string): Outcome<null>;
  /** Writes at once: nothing is lost if the process ends right after. */
  writeOut(text: string): void;
  writeError(text: string): void;
  /** One receiver of the signals that ask for a clean stop; it may be called several times. */
  onSignal(receive: (signal: "SIGINT" | "SIGTERM") => void): void;
  memory(): { readonly residentBytes: number; readonly heapUsedBytes: number; readonly heapTotalBytes: number };
  networkInterfaces(): readonly NetworkInterface[];
  /** SQLite's WASM, compiled or as bytes: whatever this runtime can pass to its threads. */
  loadWasm(): Promise<unknown>;
  exit(code: number): never;
}

const goWords: Readonly<Record<string, string>> = {
  win32: "windows",
  x64: "amd64",
  x86_64: "amd64",
  aarch64: "arm64",
  ia32: "386",
};

/** Go's word for what a runtime calls the operating system or the architecture. */
export const goWord = (word: string): string => goWords[word] ?? word;

/** The name that a program goes by when it was started as `path`. */
export const programNamed = (path: string): Process["program"] =>
  /(?:^|[\\/])rqlited(?:\.\w+)?$/.test(path) ? "rqlited" : "quolite";

interface InterfaceAddress {
  readonly address: string;
  readonly cidr: string | null;
  readonly mac: string;
  readonly internal: boolean;
}

/** The interfaces that `networkInterfaces` of `node:os` lists. */
export const interfacesOf = (
  listed: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>,
): readonly NetworkInterface[] =>
  Object.entries(listed).map(([name, addresses = []]) => ({
    name,
    addresses: addresses.map(({ cidr, address }) => cidr ?? address),
    hardwareAddress: addresses[0]?.mac ?? "",
    loopback: addresses[0]?.internal ?? false,
  }));
