/**
 * Gzips a stream as it comes, and only as fast as it is read. Cancelling it cancels the source; an error of the source
 * is its own. Not `pipeThrough`: on Node, cancelling the far end of a compressor leaves the pipe running at full speed
 * into nothing.
 */
export function gzip(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const compressor = new CompressionStream("gzip");
  const source = body.getReader();
  // The library's types let a compressor take any buffer; ours only ever get bytes.
  const input = (compressor.writable as WritableStream<Uint8Array>).getWriter();
  const output = compressor.readable.getReader();
  let failure: { readonly error: unknown } | null = null;

  /** Feeds the compressor. What comes of it is told by its output, but for an error of the source. */
  async function feed(): Promise<void> {
    try {
      for (;;) {
        await input.ready;
        const { done, value } = await source.read();
        if (done) break;
        await input.write(value);
      }
      await input.close();
    } catch (error) {
      failure ??= { error };
      drop(input.abort(error));
      drop(source.cancel(error));
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start() {
        drop(feed());
      },
      async pull(controller) {
        const { done, value } = await output.read().catch((error: unknown) => {
          throw failure === null ? error : failure.error;
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel(reason) {
        drop(output.cancel(reason));
        return source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Lets a promise go whose failure is told elsewhere. */
function drop(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
