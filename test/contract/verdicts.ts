/** How a fixture inside a runtime tells the test outside what it found: one line of JSON at its end. */
export type Cases = Readonly<Record<string, () => void | Promise<void>>>;

export interface Verdict {
  readonly name: string;
  /** Null if the case holds. */
  readonly error: string | null;
}

const caseTimeoutMs = 10_000;

/** Runs the cases one after another. */
export async function judge(cases: Cases): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [name, run] of Object.entries(cases)) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not over after ${caseTimeoutMs} ms`)), caseTimeoutMs);
    });
    try {
      await Promise.race([run(), late]);
      verdicts.push({ name, error: null });
    } catch (error) {
      verdicts.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    clearTimeout(timer);
  }
  return verdicts;
}

/** The verdicts in what a fixture printed. */
export function readVerdicts(printed: string): readonly Verdict[] {
  const verdicts: readonly Verdict[] = JSON.parse(printed.trim().split("\n").at(-1) ?? "");
  return verdicts;
}
