/** Which modules of a network are called in a forward pass, and which are forgotten. */
import { topologicalOrder } from "../graph/node.js";
import { ModuleList, Sequential, type Module } from "../nn/index.js";
import { variable } from "../ops/leaf.js";
import type { Tensor } from "../tensor/tensor.js";

export class CalledModules {
  private readonly called = new Set<Module>();
  /** Variables that the outputs are computed from, whether or not the module that holds them was called. */
  private readonly used = new Set<unknown>();
  private readonly hooks: readonly { remove(): void }[];

  constructor(private readonly model: Module) {
    this.hooks = [...model.modules()].map((module) => module.registerForwardHook(() => void this.called.add(module)));
  }

  stop(): void {
    for (const hook of this.hooks) hook.remove();
  }

  /** Notes the parameters that a network's outputs are computed from. */
  addUsedBy(outputs: readonly Tensor[]): void {
    const nodes = topologicalOrder(outputs.map(({ node }) => node));
    for (const node of nodes) if (variable.is(node)) this.used.add(node.attrs.variable);
  }

  /** The parameters in use: of called modules, or read by the outputs. Each counts once. */
  parameters(): Tensor[] {
    const ofCalled = new Set([...this.called].flatMap(ownParameters));
    return [...this.model.parameters()].filter(
      (parameter) => ofCalled.has(parameter) || this.used.has(parameter.variable),
    );
  }

  /** The paths of modules that are never called and of which nothing is used; if a whole block is idle, only the block. */
  idle(): string[] {
    const paths = [...this.model.namedModules()].filter(([, module]) => this.isIdle(module)).map(([path]) => path);
    return paths.filter((path) => !paths.some((block) => path.startsWith(`${block}.`)));
  }

  private isIdle(module: Module): boolean {
    const inUse = [...module.modules()].some((inner) => this.called.has(inner));
    if (inUse || isEmptyContainer(module)) return false;
    return ![...module.parameters()].some(({ variable }) => this.used.has(variable));
  }
}

/** A module's parameters without those of its submodules. */
export function ownParameters(module: Module): Tensor[] {
  const inner = new Set([...module.children()].flatMap((child) => [...child.parameters()]));
  return [...module.parameters()].filter((parameter) => !inner.has(parameter));
}

/** A list without modules, which has nothing to call. */
function isEmptyContainer(module: Module): boolean {
  return (module instanceof ModuleList || module instanceof Sequential) && [...module.children()].length === 0;
}
