/** How helpers are started in a browser, on a page that is made up. The engine's own tests start them in Node. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Script } from "node:vm";
import { nodeModule } from "./features.js";
import { startHelper } from "./threads.js";

test("in a browser a helper is a worker made from its text, which is sent the memory and the command area's address", (t) => {
  const texts: string[] = [];
  const messages: unknown[] = [];
  const page = {
    process: undefined,
    Blob: class {
      constructor(parts: string[], options: object) {
        texts.push(...parts);
        assert.deepEqual(options, { type: "text/javascript" });
      }
    },
    URL: { createObjectURL: () => "blob:helper" },
    Worker: class {
      constructor(url: string) {
        assert.equal(url, "blob:helper");
      }
      postMessage(message: unknown): void {
        messages.push(message);
      }
    },
  };
  for (const [name, value] of Object.entries(page)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete (globalThis as Record<string, unknown>)[name];
    });
  }

  const start = { memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }), at: 64 };
  startHelper(start, assert.ifError);
  assert.deepEqual(messages, [start]);
  const [text] = texts;
  assert.match(text!, /^onmessage = \(\{ data \}\) => \(function help\(/);
  assert.match(text!, /\)\(data\.memory, data\.at, \{"command":\{/);
  assert.doesNotThrow(() => new Script(text!));
});

test("a worker that cannot be started is reported, whether it is refused at once or fails later", (t) => {
  const failures: string[] = [];
  const failed = (cause: unknown): number => failures.push((cause as Error).message);
  const start = { memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }), at: 64 };
  const workerThreads = nodeModule<{ Worker: new () => unknown }>("worker_threads")!;
  t.mock.method(workerThreads, "Worker", function () {
    throw new Error("Access to this API has been restricted");
  });
  startHelper(start, failed);
  const later = new EventEmitter() as EventEmitter & { unref: () => void };
  later.unref = () => undefined;
  t.mock.method(workerThreads, "Worker", function () {
    return later;
  });
  startHelper(start, failed);
  later.emit("error", new Error("out of memory"));
  assert.deepEqual(failures, ["Access to this API has been restricted", "out of memory"]);
});
