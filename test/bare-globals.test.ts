/**
 * Loads and uses the entries where there are only JavaScript's own globals and few others, as in jsdom, in which Jest
 * runs the tests of pages: no TextEncoder, structuredClone, fetch, crypto.subtle, Worker or DecompressionStream.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { build } from "esbuild";
import type * as utf8 from "../src/formats/utf8.js";
import { root } from "./chromium.js";
import { encodePng } from "./png-files.js";

const { exports } = JSON.parse(fs.readFileSync(root("package.json"), "utf8")) as {
  exports: Readonly<Record<string, { readonly default?: string }>>;
};
/** Entries that a page can load. */
const entries = Object.entries(exports).flatMap(([name, { default: file }]) =>
  file && name !== "./train/node" ? [[name.replace(".", "kilograd"), file] as const] : [],
);

/** Runs a program, which sees what is built as packages, and returns what it assigns to `result`. */
async function run(program: string, globals: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root() },
    alias: Object.fromEntries([...entries].reverse().map(([name, file]) => [name, root(file)])),
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    logLevel: "error",
    define: { "import.meta.url": '"http://localhost/"' },
  });
  const context = vm.createContext({ result: undefined, performance, console, setTimeout, ...globals });
  vm.runInContext(outputFiles[0]!.text, context, { timeout: 60_000 });
  return (context as { result: unknown }).result;
}

/** These need @bufbuild/protobuf, which says when it is loaded that it needs TextEncoder. */
const needCoders = ["kilograd/import", "kilograd/export"];

for (const [name] of entries) {
  if (needCoders.includes(name)) continue;
  test(`${name} loads where there are only JavaScript's own globals`, async () => {
    const names = await run(`import * as entry from "${name}"; globalThis.result = Object.keys(entry).length;`);
    assert.ok(Number(names) > 0);
  });
}

test("a network trains and predicts there", async () => {
  const png = encodePng({
    width: 8,
    height: 8,
    type: 0,
    depth: 8,
    samples: Array.from({ length: 64 }, (_, i) => 3 * i),
  });
  const result = await run(
    `import { F, manualSeed, nn, optim, rand, tensor } from "kilograd";
    import { Classifier } from "kilograd/predict";
    manualSeed(1);
    const model = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.Flatten(), new nn.Linear(72, 2));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const loss = F.crossEntropy(model(rand([4, 1, 8, 8])), tensor(Int32Array.of(0, 1, 0, 1)));
    loss.backward();
    optimizer.step();
    const classifier = new Classifier(model, { size: [1, 8, 8], mean: 0.5, std: 0.5, classes: ["a", "b"] });
    const { likelihoods } = classifier.predict(png);
    globalThis.result = { loss: loss.item(), total: likelihoods[0] + likelihoods[1] };`,
    { png },
  );
  const { loss, total } = result as { loss: number; total: number };
  assert.ok(loss > 0 && loss < 3);
  assert.ok(Math.abs(total - 1) < 1e-6);
});

for (const name of needCoders) {
  test(`${name} says that it needs TextEncoder`, async () => {
    await assert.rejects(run(`import * as entry from "${name}"; globalThis.result = entry;`), /install TextEncoder/);
  });
}

test("a run is opened with the coders of Node's util", async () => {
  const { encodeText, decodeText } = (await run(
    `import { encodeText, decodeText } from "./src/formats/utf8.ts"; globalThis.result = { encodeText, decodeText };`,
    { process: { getBuiltinModule: process.getBuiltinModule.bind(process) } },
  )) as typeof utf8;
  assert.equal(decodeText(encodeText("ä → 7")), "ä → 7");
  assert.throws(() => decodeText(Uint8Array.of(0xff), { fatal: true }), TypeError);
});

test("with the two classes that a set-up file of Jest can add, state dicts go through safetensors and npz", async () => {
  const result = await run(
    `import { nn } from "kilograd";
    import { exportNpz, exportSafetensors } from "kilograd/export";
    import { decodeStateDict } from "kilograd/import";
    const files = [exportSafetensors, exportNpz].map((write) => write(new nn.Linear(2, 3)));
    globalThis.result = files.map((file) => [...decodeStateDict(file, "given").keys()].join()).join(" ");`,
    { TextEncoder, TextDecoder },
  );
  assert.equal(result, "weight,bias weight,bias");
});
