/** Fills a stretch of memory with one number, in whole vectors. */
import { padToVector } from "./views.js";
import type { Dtype } from "../graph/node.js";
import { v, type Expr } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";

/** How many vectors an iteration writes. */
const unroll = 4;

/** Writes `value` to so many elements, rounded up to whole vectors, from `address` on. */
export function emitFill(b: FunctionBuilder, address: Expr, elements: number, value: number, dtype: Dtype): void {
  const to = b.let("i32", "to", address);
  const lanes = b.let("v128", "value", dtype === "int32" ? v.iconst(value) : v.const(value));
  const vectors = padToVector(elements) / 4;
  const write = (count: number): void => {
    for (let i = 0; i < count; i++) b.store(to, 16 * i, lanes);
  };
  b.repeat(Math.floor(vectors / unroll), () => {
    write(unroll);
    b.increase(to, 16 * unroll);
  });
  write(vectors % unroll);
}
