/** The compiled engine against the float64 reference: every sample of every op and function, values and gradients. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, ofLargest } from "../../test/closeness.js";
import { gradients } from "../autograd/gradients.js";
import { evaluate } from "../reference/reference.js";
import type { Node } from "../graph/node.js";
import { asData, asVariable, functionCases, opCases, upstream } from "../reference/sample-inputs.js";
import * as ops from "../ops/index.js";
import { command } from "./command.js";
import type { Crew } from "./crew.js";
import { WasmEngine } from "./wasm-engine.js";

const engines = {
  "1 thread": new WasmEngine({ threads: 1, numerics: "fast", profile: false }),
  strict: new WasmEngine({ threads: 1, numerics: "strict", profile: false }),
  "3 threads": new WasmEngine({ threads: 3, numerics: "fast", profile: false }),
};

/** float32 results are as near to float64's as the size of the terms allows. */
const tolerance = ofLargest(2e-5, 1e-3);

function resultsOf(build: (inputs: readonly Node[]) => Node, inputs: Node[], seed: Node | undefined): Node[] {
  const result = build(inputs);
  if (!seed || !result.requiresGrad) return [result];
  const all = gradients(result, seed);
  return [result, ...inputs.flatMap((input) => all.get(input) ?? [])];
}

for (const [kind, engine] of Object.entries(engines)) {
  for (const { name, inputs, build } of [...opCases(), ...functionCases()]) {
    test(`${kind}: ${name}`, () => {
      const probe = build(inputs.map(asData));
      const seed = probe.dtype === "float32" ? asData(upstream(name, probe.shape)) : undefined;
      for (const make of [asVariable, asData]) {
        const nodes = resultsOf(build, inputs.map(make), seed);
        const expected = evaluate(nodes);
        engine
          .prepare(nodes, [])()
          .forEach((actual, i) => assertClose(actual, expected[i]!.data, tolerance, `${name} #${i}`));
      }
    });
  }
}

test("nobody waits for a thread that comes late: the others end the program without it", () => {
  const engine = new WasmEngine({ threads: 2, numerics: "fast", profile: false });
  const { crew } = engine as unknown as { crew: Crew };
  const values = Float32Array.from({ length: 4096 }, (_, i) => i % 7);
  const x = asVariable({ shape: [64, 64], values, dtype: "float32" });
  // Several stages: each product reads all rows of the one before.
  const node = ops.matmul(ops.matmul(ops.matmul(x, x), x), x);
  const run = engine.prepare([node], []);
  const alone = run()[0]!;
  for (let tries = 0; engine.lastThreads < 2 && tries < 1000; tries++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); // a helper takes a moment to start
    run();
  }
  assert.equal(engine.lastThreads, 2, "a helper has started");
  let finished = 0;
  engine.waitingWork.add(() => {
    const words = crew.words();
    const enough = performance.now() + 20_000;
    do finished = Atomics.load(words, command.finished);
    while (finished === 0 && performance.now() < enough);
  });
  assert.deepEqual(run()[0], alone);
  assert.equal(finished, 1, "the helper was done before this thread began");
});

test("after a program that needs more memory than there is, others give what they should", () => {
  const engine = new WasmEngine({ threads: 1, numerics: "fast", profile: false });
  const compute = (node: Node): number[] => [...engine.prepare([node], [])()[0]!];
  const data = (length: number): Node => ops.data(new Float32Array(length).fill(2), [length], "float32");
  compute(ops.add(data(64), data(64)));
  const huge = ops.expand(ops.reshape(data(64), [1, 64]), [2 ** 24, 64]);
  assert.throws(() => compute(ops.add(huge, huge)), /memory: \d+ MiB cannot be allocated on top of/);
  // The variables get memory that the arena has given back.
  const five = new Float32Array(64).fill(5);
  const variables = Array.from({ length: 8 }, () => asVariable({ shape: [64], values: five, dtype: "float32" }));
  for (const variable of variables) {
    assert.deepEqual(compute(ops.add(ops.mul(data(64), data(64)), variable)), new Array<number>(64).fill(9));
  }
  for (const variable of variables) assert.deepEqual(compute(variable), new Array<number>(64).fill(5));
});
