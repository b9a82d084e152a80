/** A client that writes without pause and remembers what the server owed it when its plug was pulled. */

/** What one request wrote: `rows` rows (client, seq), all or none of them. */
export interface Write {
  readonly seq: number;
  readonly rows: number;
}

export class WritingClient {
  readonly client: number;
  /** Answered with success: must be there for ever. */
  readonly acknowledged: Write[] = [];
  /** Sent, and never answered: may be there or not. */
  readonly unknown: Write[] = [];
  /** Answers that were neither a success nor a broken connection. */
  readonly refused: string[] = [];
  #seq: number;

  constructor(client: number, firstSeq: number) {
    this.client = client;
    this.#seq = firstSeq;
  }

  /** Writes until the server is gone. */
  async run(url: string): Promise<void> {
    for (;;) {
      const seq = this.#seq++;
      const rows = seq % 3 === 0 ? 3 : 1;
      const write = { seq, rows };
      // Now and then something bigger than a page, so that entries and segments have all sizes.
      const payload = seq % 10 === 0 ? "hex(randomblob(20000))" : "'small'";
      const sql = `INSERT INTO crash(client, seq, payload) VALUES(${this.client}, ${seq}, ${payload})`;
      const body = JSON.stringify(Array.from({ length: rows }, () => sql));
      this.unknown.push(write);
      let text: string;
      try {
        const response = await fetch(`${url}/db/execute?transaction`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        text = await response.text();
      } catch {
        return;
      }
      this.unknown.pop();
      if (text.includes(`"error"`) || !text.includes(`"rows_affected":1`)) this.refused.push(text);
      else this.acknowledged.push(write);
    }
  }
}
