import type { Route } from "../route.ts";

/** `/debug/pprof`: Go's profiler pages, which we don't have; callers without permission still get their 401 (§15.4). */
export const pprofRoute: Route = {
  path: "/debug/pprof",
  match: "prefix",
  methods: "any",
  permissions: ["status"],
  earlyType: null,
  counter: null,
  handle: (_exchange, { replies }) => replies.textError(404, "there is no Go profiler here"),
};
