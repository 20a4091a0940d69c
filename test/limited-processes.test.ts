/** Trains in processes that may not do everything: start threads, compile WebAssembly, or use all memory and processors. */
import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./chromium.js";
import { makeQuota } from "./cpu-quota.js";
import { needs } from "./oracles.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-limits-"));
const file = path.join(folder, "train.mjs");
const kilograd = JSON.stringify(pathToFileURL(root("dist/index.js")));

/** Prints the last loss, which is the same for any number of threads. */
const program = `
import { configure, F, manualSeed, nn, optim, randn, zeros } from ${kilograd};
configure({ numerics: "strict" });
manualSeed(1);
const net = new nn.Sequential(new nn.Conv2d(1, 16, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(16 * 26 * 26, 10));
const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
const [images, labels] = [randn([64, 1, 28, 28]), zeros([64], { dtype: "int32" })];
let loss;
for (let step = 0; step < 5; step++) {
  optimizer.zeroGrad();
  loss = F.crossEntropy(net(images), labels);
  loss.backward();
  optimizer.step();
}
console.log(loss.item());`;

let expected = "";

function inShell(command: string, ...options: readonly string[]): SpawnSyncReturns<string> {
  const words = [process.execPath, ...options, file].map((word) => `'${word}'`).join(" ");
  return spawnSync("sh", ["-c", `${command}${words}`], { encoding: "utf8", timeout: 60_000 });
}

before(() => {
  fs.writeFileSync(file, program);
  const { stdout, stderr, status } = inShell("");
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  expected = stdout;
});

after(() => fs.rmSync(folder, { recursive: true, force: true }));

test("where Node's permission model forbids threads, one computes the same, and says so", () => {
  const model = parseInt(process.versions.node) < 23 ? "--experimental-permission" : "--permission";
  const { stdout, stderr } = inShell("", model, "--allow-fs-read=*", "--no-warnings");
  assert.equal(stdout, expected);
  assert.match(stderr, /^kilograd computes on one thread: Access to this API has been restricted/);
});

test("node --jitless has no WebAssembly, and the error says so", () => {
  const { stderr, status } = inShell("", "--jitless");
  assert.equal(status, 1);
  assert.match(stderr, /StateError: kilograd: WebAssembly cannot be used here: .*Node must not have --jitless/);
});

for (const kilobytes of [1_600_000, 2_000_000, 3_000_000, 6_000_000]) {
  test(`with ${kilobytes} KB of address space, one thread computes the same, and says so`, (t) => {
    if (process.platform !== "linux") return t.skip("ulimit -v works on Linux only");
    const { stdout, stderr } = inShell(`ulimit -v ${kilobytes} && exec `, "--disable-wasm-trap-handler");
    assert.equal(stdout, expected, stderr);
    assert.equal(stderr, "kilograd computes on one thread: the address space is limited (ulimit -v)\n");
  });
}

test("with little address space and V8's usual memories, the error names the option", (t) => {
  if (process.platform !== "linux") return t.skip("ulimit -v works on Linux only");
  const { stderr } = inShell("ulimit -v 4000000 && exec ");
  assert.match(stderr, /under ulimit -v it needs --disable-wasm-trap-handler/);
});

/** Says how many threads kilograd may use at most. */
const asks = `import { availableThreads } from ${JSON.stringify(pathToFileURL(root("src/runtime/features.ts")))};
process.stdout.write(String(availableThreads()));`;

for (const [processors, threads] of [
  [0.5, 1],
  [1.5, 1],
  [Infinity, os.availableParallelism()],
] as const) {
  test(
    `with a quota of ${processors} processors' time, as a container has it, there are ${threads} threads`,
    needs("a quota of processor time", "cpuQuota"),
    (t) => {
      const quota = makeQuota(processors);
      t.after(() => quota.remove());
      const command = `echo $$ > '${quota.processes}' && exec '${process.execPath}' --import tsx --input-type=module -`;
      const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: root(), input: asks, encoding: "utf8" });
      assert.equal(stdout, String(threads), stderr);
    },
  );
}
