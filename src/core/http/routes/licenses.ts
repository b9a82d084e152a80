import { licenseText } from "../license-text.ts";
import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";

/** `/licenses`: our licence and those of what we stand on. */
export const licensesRoute: Route = {
  path: "/licenses",
  match: "exact",
  methods: ["GET"],
  permissions: ["status"],
  earlyType: contentTypes.text,
  counter: null,
  handle: (_exchange, { replies }) => replies.body(licenseText, contentTypes.text),
};
