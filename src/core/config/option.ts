import { done, formatGoDuration, type Outcome } from "../base/mod.ts";
import { parseGoBool, parseGoDurationValue, parseGoInt, parseGoUint, type ValueError } from "./go-value.ts";

/** Go's flag types. Durations are nanoseconds. */
export type OptionType = "bool" | "string" | "int" | "uint" | "duration";

/** What a flag may say of itself besides. */
export interface OptionRemarks {
  /** Why this version refuses it when it is set to anything but its default, as the end of a sentence. */
  readonly missing?: string;
  /** A value besides the default that asks for nothing and so is not refused. */
  readonly idle?: boolean | bigint;
  /** The contract doesn't have this flag. */
  readonly ours?: boolean;
}

/** One flag whose values are of type T. */
export interface Option<T extends boolean | string | bigint> extends OptionRemarks {
  readonly type: OptionType;
  readonly initial: T;
  /** What its value is: `HOST:PORT`, `FILE`. Null for a bool, which takes none. */
  readonly placeholder: string | null;
  /** What it does, in one sentence. */
  readonly sentence: string;
  /** The default as one would write it; empty if it is nothing. */
  readonly initialText: string;
  parse(text: string): Outcome<T, ValueError>;
}

export type AnyOption = Option<boolean> | Option<string> | Option<bigint>;

export const bool = (initial: boolean, sentence: string, remarks: OptionRemarks = {}): Option<boolean> => ({
  type: "bool",
  initial,
  placeholder: null,
  sentence,
  parse: parseGoBool,
  initialText: initial ? "true" : "",
  ...remarks,
});

export const string = (
  initial: string,
  placeholder: string,
  sentence: string,
  remarks: OptionRemarks = {},
): Option<string> => ({
  type: "string",
  initial,
  placeholder,
  sentence,
  parse: done,
  initialText: initial,
  ...remarks,
});

const wholeNumber =
  (type: "int" | "uint", parse: Option<bigint>["parse"]) =>
  (initial: bigint, placeholder: string, sentence: string, remarks: OptionRemarks = {}): Option<bigint> => ({
    type,
    initial,
    placeholder,
    sentence,
    parse,
    initialText: String(initial),
    ...remarks,
  });

export const int = wholeNumber("int", parseGoInt);
export const uint = wholeNumber("uint", parseGoUint);

export const duration = (initialNs: bigint, sentence: string, remarks: OptionRemarks = {}): Option<bigint> => ({
  type: "duration",
  initial: initialNs,
  placeholder: "DURATION",
  sentence,
  parse: parseGoDurationValue,
  initialText: formatGoDuration(initialNs),
  ...remarks,
});
