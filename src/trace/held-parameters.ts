/**
 * Finds parameters that a network uses, but does not hold in its fields: those of layers in private fields, in closures, or
 * made in `forward`. Nobody would train or save them.
 */
import { StateError } from "../errors/errors.js";
import { formatShape } from "../graph/shape.js";
import type { Node } from "../graph/node.js";
import type { Module } from "../nn/index.js";
import { variable } from "../ops/leaf.js";
import type { Tensor } from "../tensor/tensor.js";

export class HeldParameters {
  private readonly name: string;
  private readonly nodes = new Set<Node>();
  private readonly variables = new Set<unknown>();

  /** @param model the network, before it is called */
  constructor(model: Module) {
    this.name = model.constructor.name;
    for (const tensor of [...model.parameters(), ...model.buffers()]) {
      this.nodes.add(tensor.node);
      this.variables.add(tensor.variable);
    }
  }

  /** @throws StateError if the outputs depend on other parameters that are trained */
  check(outputs: readonly Tensor[]): void {
    const seen = new Set(this.nodes);
    const waiting = outputs.map(({ node }) => node);
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const stray = node.inputs.find(
        (input) => variable.is(input) && input.requiresGrad && !this.variables.has(input.attrs.variable),
      );
      if (stray) this.refuse(stray, node.op.name);
      waiting.push(...node.inputs);
    }
  }

  private refuse({ shape }: Node, op: string): never {
    throw new StateError({
      op: this.name,
      problem: `a parameter of shape ${formatShape(shape)}, which ${op} reads, was in none of the network's fields when it was called: it would not be trained or saved`,
      hint: "make layers in the constructor, and hold each in a field that is not private: conv = new nn.Conv2d(1, 8, 3)",
    });
  }
}
