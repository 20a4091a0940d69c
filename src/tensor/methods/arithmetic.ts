/** Methods of two operands, which broadcast. */
import * as ops from "../../ops/index.js";
import { asNode, Handle } from "./handle.js";

export abstract class Arithmetic<T extends Handle<T>> extends Handle<T> {
  add(other: T | number): T {
    return this.wrap(ops.add(this.node, asNode(other)));
  }
  sub(other: T | number): T {
    return this.wrap(ops.sub(this.node, asNode(other)));
  }
  mul(other: T | number): T {
    return this.wrap(ops.mul(this.node, asNode(other)));
  }
  div(other: T | number): T {
    return this.wrap(ops.div(this.node, asNode(other)));
  }
  pow(exponent: T | number): T {
    return this.wrap(ops.pow(this.node, asNode(exponent)));
  }
  maximum(other: T | number): T {
    return this.wrap(ops.maximum(this.node, asNode(other)));
  }
  minimum(other: T | number): T {
    return this.wrap(ops.minimum(this.node, asNode(other)));
  }
}
