import { consoleFiles } from "../console-files.ts";
import { contentTypes } from "../replies.ts";
import type { Exchange, House, Route } from "../route.ts";

/** What Go's redirects carry for browsers, on GET only. */
function redirectToConsole(status: 301 | 302, phrase: string, { request }: Exchange, { replies }: House): Response {
  const method = request.method;
  const type = method === "GET" || method === "HEAD" ? contentTypes.html : null;
  const stub = method === "GET" ? `<a href="/console/">${phrase}</a>.\n\n` : null;
  return replies.redirect(status, "/console/", type, stub);
}

/** `/` leads to the console. */
export const rootRoute: Route = {
  path: "/",
  match: "exact",
  methods: "any",
  permissions: [],
  earlyType: null,
  counter: null,
  handle: (exchange, house) => redirectToConsole(302, "Found", exchange, house),
};

/** So does `/console` without its slash. */
export const consoleRedirectRoute: Route = {
  path: "/console",
  match: "exact",
  methods: "any",
  permissions: [],
  earlyType: null,
  counter: null,
  handle: (exchange, house) => redirectToConsole(301, "Moved Permanently", exchange, house),
};

/** `/console/…`: one static page (http-api §15.4). */
export const consoleRoute: Route = {
  path: "/console",
  match: "prefix",
  methods: ["GET", "HEAD"],
  permissions: ["ui"],
  earlyType: null,
  counter: "ui",
  handle({ target }, { replies }) {
    if (target.path === "/console/index.html") {
      const query = target.rawQuery === null || target.rawQuery === "" ? "" : `?${target.rawQuery}`;
      return replies.redirect(301, `./${query}`, null);
    }
    const file = consoleFiles.get(target.path);
    return file === undefined ? replies.textError(404, "404 page not found") : replies.body(file.text, file.type);
  },
};
