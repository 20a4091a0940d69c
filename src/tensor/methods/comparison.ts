/** Comparisons, which give 1 where they hold and 0 elsewhere, as int32; choosing by them; and casts. */
import * as ops from "../../ops/index.js";
import { asNode, type Handle } from "./handle.js";
import { Pointwise } from "./pointwise.js";

export abstract class Comparison<T extends Handle<T>> extends Pointwise<T> {
  eq(other: T | number): T {
    return this.wrap(ops.eq(this.node, asNode(other)));
  }
  ne(other: T | number): T {
    return this.wrap(ops.ne(this.node, asNode(other)));
  }
  lt(other: T | number): T {
    return this.wrap(ops.lt(this.node, asNode(other)));
  }
  le(other: T | number): T {
    return this.wrap(ops.le(this.node, asNode(other)));
  }
  gt(other: T | number): T {
    return this.wrap(ops.gt(this.node, asNode(other)));
  }
  ge(other: T | number): T {
    return this.wrap(ops.ge(this.node, asNode(other)));
  }
  /** `this` is the condition (not zero: true). PyTorch: `torch.where(condition, yes, no)`. */
  where(yes: T | number, no: T | number): T {
    return this.wrap(ops.where(this.node, asNode(yes), asNode(no)));
  }
  /** The elements as float32. PyTorch: `float()`. */
  float(): T {
    return this.wrap(ops.cast(this.node, "float32"));
  }
  /** The elements as int32, towards zero. PyTorch: `int()`. */
  int(): T {
    return this.wrap(ops.cast(this.node, "int32"));
  }
}
