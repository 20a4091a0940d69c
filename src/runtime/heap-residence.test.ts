/** Variables in a heap that is almost full: those that are not used leave it, with the same elements, and come back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StateError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { backward } from "../tensor/backward.js";
import { maximumPages, type Heap } from "./heap.js";
import { WasmEngine } from "./wasm-engine.js";

const MB = 2 ** 20;

/** An engine with so much memory left. The rest is only address space. */
function engineWith(bytes: number): WasmEngine {
  const engine = new WasmEngine({ threads: 1, numerics: "strict", profile: false });
  const { heap } = engine as unknown as { heap: Heap };
  heap.allocate((maximumPages - 1) * 65536 - bytes);
  return engine;
}

const filled = (value: number, size = MB / 4): Variable =>
  new Variable([size], "float32", new Float32Array(size).fill(value));
const read = (variable: Variable): Node => ops.variable(variable, false);
const sumOf = (engine: WasmEngine, node: Node): number => engine.prepare([ops.sum(node, [0])], [])()[0]![0]!;

test("a loop that gives JavaScript no time to collect makes more variables than fit into the memory", () => {
  const engine = engineWith(16 * MB);
  // 2 MB each, in two copies.
  for (let i = 1; i <= 40; i++) assert.equal(sumOf(engine, read(filled(i))), i * (MB / 4));
});

test("variables of which some have left the memory keep their present and their older elements, whatever is done to them", () => {
  const command = fc.record({
    of: fc.nat(11),
    what: fc.constantFrom("read", "older", "write", "update", "touch"),
    value: fc.integer({ min: -9, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(command, { minLength: 20, maxLength: 60 }), (commands) => {
      const engine = engineWith(10 * MB); // enough for four of the twelve variables
      const variables = Array.from({ length: 12 }, (_, i) => filled(i));
      const expected = variables.map((_, i) => [i, 0]);
      for (const { of, what, value } of commands) {
        const [variable, now] = [variables[of]!, expected[of]!];
        const firstIs = (got: number, age: 0 | 1): void => assert.equal(got, now[age], `variable ${of}: ${what}`);
        if (what === "read") firstIs(variable.read(0)[MB / 4 - 1]!, 0);
        else if (what === "older") firstIs(variable.read(1)[0]!, 1);
        else if (what === "touch") firstIs(sumOf(engine, read(variable)) / (MB / 4), 0);
        else {
          const next = what === "write" ? value : now[0]! + value;
          if (what === "write") variable.write(new Float32Array(MB / 4).fill(value));
          else engine.prepare([], [{ variable, value: ops.add(read(variable), ops.constant(value)) }])();
          now.unshift(next);
          now.pop();
        }
      }
      variables.forEach((variable, i) => assert.deepEqual([variable.read(0)[5], variable.read(1)[5]], expected[i]));
    }),
    { numRuns: 15 },
  );
});

test("a result that was built before a step is right if the variable has left the memory since", () => {
  const engine = engineWith(8 * MB);
  const variable = filled(3);
  const before = read(variable);
  engine.prepare([], [{ variable, value: ops.mul(read(variable), ops.constant(2)) }])();
  for (let i = 0; i < 6; i++) sumOf(engine, read(filled(i)));
  assert.equal(sumOf(engine, before), 3 * (MB / 4));
  assert.equal(sumOf(engine, read(variable)), 6 * (MB / 4));
});

test("the memory that only an earlier, larger program needed is given to variables", () => {
  const engine = engineWith(32 * MB);
  const data = ops.data(new Float32Array(3 * MB), [3 * MB], "float32");
  engine.prepare([ops.exp(data)], [])();
  const all = Array.from({ length: 6 }, (_, i) => filled(i));
  assert.equal(sumOf(engine, all.map(read).reduce(ops.add)), 15 * (MB / 4));
});

test("variables that one program needs at once and that do not fit are a clear error, and smaller programs still run", () => {
  const engine = engineWith(8 * MB);
  const all = Array.from({ length: 8 }, (_, i) => filled(i));
  assert.throws(
    () => sumOf(engine, all.map(read).reduce(ops.add)),
    (error) => error instanceof StateError && /cannot be allocated .* Hint: use a smaller batch/.test(error.message),
  );
  all.forEach((variable, i) => assert.equal(sumOf(engine, read(variable)), i * (MB / 4)));
});

test("a loss on which backward() was called belongs to the gradients that it has made, and to nothing else", () => {
  const [first, second] = [filled(2, 4), filled(3, 4)];
  const lossOf = (variable: Variable): Node => {
    const loss = ops.sum(ops.variable(variable, true), [0]);
    backward(loss, undefined);
    return loss;
  };
  const [a, b] = [lossOf(first), lossOf(second)];
  assert.deepEqual([first.losses, second.losses], [[a], [b]]);
  const again = lossOf(first);
  assert.deepEqual(first.losses, [a, again], "gradients are added");
  const dropped = Array.from({ length: 9 }, () => {
    first.grad = undefined;
    return lossOf(first);
  });
  assert.deepEqual(first.losses, dropped.slice(-5), "of losses whose gradients are gone, the last few are remembered");
});
