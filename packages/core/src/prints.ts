import { StringDecoder } from "node:string_decoder";

const MAX_LINE_CHARACTERS = 64 * 1024;

/**
 * Gives each line that the process prints through `process.stdout` (and so `console.log`) to `onLine`, without its
 * newline, in place of writing it.
 *
 * `process.stdout` itself is not touched before the agent does: its first use makes the pipe non-blocking for everybody
 * who shares it.
 *
 * @returns a function that gives the last line, if it has no newline yet.
 */
export function interceptPrints(onLine: (line: string) => void): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(process, "stdout");
  const decoder = new StringDecoder("utf8");
  let partial = "";

  const take = (text: string): void => {
    partial += text;
    if (text.includes("\n")) {
      const lines = partial.split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    // Progress bars never end their line.
    if (partial.length > MAX_LINE_CHARACTERS) {
      onLine(partial);
      partial = "";
    }
  };

  const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    if (typeof chunk === "string") take(isBytes(encoding) ? decoder.write(Buffer.from(chunk, encoding)) : chunk);
    else if (chunk instanceof Uint8Array)
      take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    else throw new TypeError("The chunk to print must be a string or bytes.");
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  };

  const patch = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    const ownEnd = stream.end.bind(stream) as (...args: readonly unknown[]) => unknown;
    return Object.assign(stream, {
      write,
      end: (chunk?: unknown, encoding?: unknown, callback?: unknown) => {
        if (typeof chunk === "function") return ownEnd(chunk);
        if (chunk !== undefined && chunk !== null) write(chunk, typeof encoding === "string" ? encoding : undefined);
        return ownEnd(typeof encoding === "function" ? encoding : callback);
      },
      // It ends for the agent alone: the events that follow need the descriptor open.
      _final: (done: () => void) => done(),
    });
  };

  let patched: NodeJS.WriteStream | undefined;
  Object.defineProperty(process, "stdout", {
    configurable: true,
    enumerable: true,
    get(): NodeJS.WriteStream {
      patched ??= patch(descriptor?.get?.call(process) as NodeJS.WriteStream);
      return patched;
    },
  });

  return () => {
    take(decoder.end());
    if (partial !== "") onLine(partial);
    partial = "";
  };
}

/** Whether text in this encoding stands for other bytes than its own. */
function isBytes(encoding: unknown): encoding is BufferEncoding {
  return typeof encoding === "string" && Buffer.isEncoding(encoding) && !/^utf-?8$/i.test(encoding);
}
