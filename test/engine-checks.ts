/** Compares what the engine computes with the float64 reference. */
import assert from "node:assert/strict";
import type { Node } from "../src/graph/node.js";
import { sizeOf } from "../src/graph/shape.js";
import { evaluate } from "../src/reference/reference.js";
import { WasmEngine } from "../src/runtime/wasm-engine.js";
import { assertClose, type Tolerance } from "./closeness.js";

const one = new WasmEngine({ threads: 1, numerics: "fast", profile: false });
const two = new WasmEngine({ threads: 2, numerics: "fast", profile: false });

/**
 * Compares nodes with the reference, each element within what the tolerance of its node allows. Two threads must give
 * the same bits as one.
 */
export function compareEngines(nodes: readonly Node[], toleranceOf: (node: number) => Tolerance): void {
  const expected = evaluate(nodes);
  const results = one.prepare(nodes, [])();
  assert.deepEqual(two.prepare(nodes, [])(), results, "two threads give the same bits as one");
  results.forEach((actual, node) => {
    const { op, shape, dtype } = nodes[node]!;
    assert.equal(actual.length, sizeOf(shape));
    // A dilated window that sees padding alone gives −∞ in both.
    assertClose(
      actual,
      expected[node]!.data,
      toleranceOf(node),
      `${op.name} [${shape.join()}] ${dtype}, result ${node}`,
    );
  });
}
