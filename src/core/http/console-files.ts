import { type ContentType, contentTypes } from "./replies.ts";

/** One file of the console, as it is served. */
export interface ConsoleFile {
  readonly type: ContentType;
  readonly text: string;
}

const index = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>quolite</title>
<link rel="stylesheet" href="static/css/style.css">
</head>
<body>
<main>
<h1>quolite</h1>
<p>This node is up. It speaks the HTTP API of rqlite, so rqlite's clients and its shell work with it.</p>
<pre>curl -XPOST 'localhost:4001/db/execute?pretty' \\
     -d '["CREATE TABLE foo (id INTEGER PRIMARY KEY, name TEXT)"]'
curl -G 'localhost:4001/db/query?pretty' --data-urlencode 'q=SELECT * FROM foo'</pre>
<ul>
<li><code>POST /db/execute</code> runs statements that write, <code>/db/query</code> reads, <code>/db/request</code> both</li>
<li><code>GET <a href="../db/backup">/db/backup</a></code>, <code>POST /db/load</code>: the database as a file</li>
<li><a href="../status?pretty">/status</a>, <a href="../nodes?pretty">/nodes</a>, <a href="../readyz">/readyz</a>,
<a href="../debug/vars">/debug/vars</a>: how it is doing</li>
<li><a href="../licenses">/licenses</a></li>
</ul>
</main>
</body>
</html>
`;

const style = `body { margin: 2rem; color: #222; background: #fff; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 48rem; margin: auto; }
pre { padding: 1rem; overflow-x: auto; background: #f4f4f4; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818; }
  pre { background: #282828; }
  a { color: #8bf; }
}
`;

/** The console's files by path. */
export const consoleFiles: ReadonlyMap<string, ConsoleFile> = new Map([
  ["/console/", { type: contentTypes.html, text: index }],
  ["/console/static/css/style.css", { type: contentTypes.css, text: style }],
]);
