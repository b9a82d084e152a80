/** The few requests that the bench makes itself, outside the measured load. */
import { createReadStream, statSync } from "node:fs";
import { request } from "node:http";

/** Posts statements; throws on any error in the answer. */
export async function execute(url: string, statements: readonly string[], parameters = ""): Promise<void> {
  const response = await fetch(`${url}/db/execute${parameters}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(statements),
  });
  const text = await response.text();
  if (!response.ok || text.includes(`"error"`))
    throw new Error(`${statements[0]?.slice(0, 80)}: ${response.status} ${text.slice(0, 300)}`);
}

/** The bytes that answer one query; throws on any error in them. */
export async function query(url: string, sql: string, parameters = ""): Promise<string> {
  const response = await fetch(`${url}/db/query${parameters}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([sql]),
  });
  const text = await response.text();
  if (!response.ok || text.includes(`"error"`)) throw new Error(`${sql}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}

/** The one integer that a query yields. */
export async function queryNumber(url: string, sql: string): Promise<number> {
  const text = await query(url, sql);
  const value = text.match(/"values":\[\[(\d+)\]\]/)?.[1];
  if (value === undefined) throw new Error(`${sql}: no number in ${text}`);
  return Number(value);
}

/** Streams a file into a POST. */
export function postFile(url: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/octet-stream", "content-length": statSync(path).size };
    const posted = request(url, { method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode} ${text}`)),
      );
    });
    posted.on("error", reject);
    createReadStream(path, { highWaterMark: 1024 * 1024 })
      .on("error", reject)
      .pipe(posted);
  });
}

/** Reads an answer to its end and returns how many bytes it had. */
export function countBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const got = request(url, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on("error", reject);
      response.on("end", () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url}: ${response.statusCode}`)),
      );
    });
    got.on("error", reject);
    got.end();
  });
}
