/** Starting helper threads, in Node and in browsers. */
import { globals } from "../compiler/calling-convention.js";
import { makeClock } from "./clock.js";
import { command, commandWords } from "./command.js";
import { nodeModule } from "./features.js";
import { help, type HelperSettings } from "./helper.js";

const settings: HelperSettings = {
  command,
  commandWords,
  globals,
  // About a millisecond, as long as the pause between two steps.
  looksBeforeSleep: 300_000,
};

/** What a helper is given: the memory, and the address of the command area in it. */
interface Start {
  readonly memory: WebAssembly.Memory;
  readonly at: number;
}

type Failed = (cause: unknown) => void;

interface NodeWorker {
  on(event: "error", listener: Failed): void;
  unref(): void;
}

interface PageWorker {
  onerror: Failed;
  postMessage(message: unknown): void;
}

/**
 * Starts a helper. It ends with the process or the page.
 * @param failed is called if it cannot be started, now or later
 */
export function startHelper(start: Start, failed: Failed): void {
  const node = nodeModule<{ Worker: new (source: string, options: object) => NodeWorker }>("worker_threads");
  try {
    if (node) startInNode(node.Worker, start, failed);
    else startInBrowser(start, failed);
  } catch (cause) {
    failed(cause);
  }
}

/** The text of a helper's program; `start` is an expression there. */
function helperSource(start: string): string {
  return `(${help.toString()})(${start}.memory, ${start}.at, ${JSON.stringify(settings)}, ${makeClock.toString()});`;
}

function startInNode(Worker: new (source: string, options: object) => NodeWorker, start: Start, failed: Failed): void {
  const worker = new Worker(helperSource(`require("node:worker_threads").workerData`), {
    eval: true,
    workerData: start,
    execArgv: [],
    name: "kilograd",
  });
  worker.on("error", failed);
  worker.unref();
}

function startInBrowser(start: Start, failed: Failed): void {
  const scope = globalThis as unknown as {
    Worker: new (url: string) => PageWorker;
    Blob: new (parts: string[], options: object) => unknown;
    URL: { createObjectURL(blob: unknown): string };
  };
  const source = `onmessage = ({ data }) => ${helperSource("data")}`;
  const url = scope.URL.createObjectURL(new scope.Blob([source], { type: "text/javascript" }));
  const worker = new scope.Worker(url);
  worker.onerror = failed;
  worker.postMessage(start);
}
