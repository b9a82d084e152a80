import { compareByBytes, type PlainObject, writeJson, writeString } from "../json-text.ts";
import { contentTypes } from "../replies.ts";
import type { House, Route } from "../route.ts";

/** `/debug/vars`: all counters, in the text form of Go's expvar (http-api §15.3). */
export const debugVarsRoute: Route = {
  path: "/debug/vars",
  match: "exact",
  methods: "any",
  permissions: ["status"],
  earlyType: contentTypes.json,
  counter: null,
  handle({ parameters }, house) {
    const entries = variables(house)
      .filter(([name]) => parameters.key === "" || name === parameters.key)
      .sort(([left], [right]) => compareByBytes(left, right))
      .map(([name, value]) => `${writeString(name)}: ${value}`);
    return house.replies.body(`{\n${entries.join(",\n")}\n}\n`, contentTypes.json);
  },
};

function variables({ service, config }: House): [name: string, value: string][] {
  const { commandLine, memory } = service.processVars();
  const maps = Object.entries(config.metrics).map(([name, counters]): [string, string] => [name, counterMap(counters)]);
  return [["cmdline", writeJson(commandLine, false)], ["memstats", writeJson(memory, false)], ...maps];
}

function counterMap(counters: PlainObject): string {
  const members = Object.entries(counters).sort(([left], [right]) => compareByBytes(left, right));
  return `{${members.map(([name, count]) => `${writeString(name)}: ${writeJson(count, false)}`).join(", ")}}`;
}
