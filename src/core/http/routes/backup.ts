import { gzip } from "../gzip.ts";
import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** `/db/backup`: the database as a file or as SQL text, streamed (http-api §13.1). */
export const backupRoute: Route = {
  path: "/db/backup",
  match: "prefix",
  methods: ["GET"],
  permissions: ["backup"],
  earlyType: null,
  counter: "backups",
  async handle({ parameters, target, connection }, { service, replies }) {
    const { format, vacuum, tables, noleader, timeoutMs, retries, redirect, compress } = parameters;
    if (vacuum && format !== "binary") return replies.textError(400, "invalid backup format");
    const type = format === "sql" ? contentTypes.sql : contentTypes.binary;
    const reply = await service.backup({ format, vacuum, tables, noleader, timeoutMs, retries, redirect }, connection);
    if (reply.type !== "stream") {
      return replies.refusal(reply, locationOf(target), null, { status: 500, message: "store not open" });
    }
    return replies.body(compress ? gzip(reply.body) : reply.body, type, reply.servedBy);
  },
};
