/** Methods that compute each element of the result from one element. */
import * as ops from "../../ops/index.js";
import { Arithmetic } from "./arithmetic.js";
import type { Handle } from "./handle.js";

export abstract class Pointwise<T extends Handle<T>> extends Arithmetic<T> {
  neg(): T {
    return this.wrap(ops.neg(this.node));
  }
  abs(): T {
    return this.wrap(ops.abs(this.node));
  }
  sign(): T {
    return this.wrap(ops.sign(this.node));
  }
  exp(): T {
    return this.wrap(ops.exp(this.node));
  }
  log(): T {
    return this.wrap(ops.log(this.node));
  }
  sqrt(): T {
    return this.wrap(ops.sqrt(this.node));
  }
  rsqrt(): T {
    return this.wrap(ops.rsqrt(this.node));
  }
  reciprocal(): T {
    return this.wrap(ops.reciprocal(this.node));
  }
  square(): T {
    return this.wrap(ops.mul(this.node, this.node));
  }
  floor(): T {
    return this.wrap(ops.floor(this.node));
  }
  ceil(): T {
    return this.wrap(ops.ceil(this.node));
  }
  round(): T {
    return this.wrap(ops.round(this.node));
  }
  relu(): T {
    return this.wrap(ops.relu(this.node));
  }
  sigmoid(): T {
    return this.wrap(ops.sigmoid(this.node));
  }
  tanh(): T {
    return this.wrap(ops.tanh(this.node));
  }
  clamp(min: number, max: number): T {
    return this.wrap(ops.minimum(ops.maximum(this.node, ops.constant(min)), ops.constant(max)));
  }
}
