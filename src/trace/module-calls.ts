/**
 * Finds which module's `forward` made which node. A hook on every module sees its inputs and its output when it
 * returns, inner modules first. The nodes in between that belong to no inner module are its own.
 */
import type { Node } from "../graph/node.js";
import type { Module } from "../nn/index.js";
import { Tensor } from "../tensor/tensor.js";
import { tensorsIn } from "../tensor/tensors-in.js";

/** A call from one tensor to one tensor; `V` stands for a tensor. */
export interface ModuleCall<V = Node> {
  /** Empty for the network itself. */
  readonly path: string;
  readonly module: Module;
  readonly input: V;
  readonly output: V;
}

export class ModuleCalls {
  private readonly owners = new Map<Node, string>();
  private readonly recorded: ModuleCall[] = [];
  private readonly hooks: readonly { remove(): void }[];

  constructor(model: Module) {
    this.hooks = [...model.namedModules()].map(([path, module]) =>
      module.registerForwardHook((_, inputs, output) => this.note(path, module, inputs, output)),
    );
  }

  stop(): void {
    for (const hook of this.hooks) hook.remove();
  }

  moduleOf(node: Node): string {
    return this.owners.get(node) ?? "";
  }

  /** @param find returns the value of a node, if the network's output needs it */
  list<V>(find: (node: Node) => V | undefined): ModuleCall<V>[] {
    return this.recorded.flatMap(({ path, module, ...call }) => {
      const [input, output] = [find(call.input), find(call.output)];
      return input && output ? [{ path, module, input, output }] : [];
    });
  }

  private note(path: string, module: Module, given: readonly unknown[], result: unknown): void {
    const inputs = nodesIn(given);
    const border = new Set(inputs);
    const waiting = nodesIn(result).filter((node) => !border.has(node));
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (this.owners.has(node)) continue;
      this.owners.set(node, path);
      waiting.push(...node.inputs.filter((input) => !border.has(input)));
    }
    if (inputs.length === 1 && result instanceof Tensor) {
      this.recorded.push({ path, module, input: inputs[0]!, output: result.node });
    }
  }
}

function nodesIn(value: unknown): Node[] {
  return tensorsIn(value).map(({ node }) => node);
}
