/** Modules that have a counterpart in PyTorch, and the Python code that makes a network's modules. */
import { typeInFile } from "../../formats/element-types.js";
import { elsewhereOf, type LayerElsewhere } from "../../nn/elsewhere.js";
import * as nn from "../../nn/index.js";
import { snakeCase } from "../../errors/absent.js";
import { pythonTuple } from "../../text/python.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assignment, attribute } from "./names.js";

/**
 * Whether PyTorch has a module that computes the same: a layer, or a Sequential that calls only such modules, and all
 * that it holds.
 */
export function isKnown(module: nn.Module): boolean {
  if (elsewhereOf(module.constructor) !== undefined) return true;
  if (module.constructor !== nn.Sequential) return false;
  const children = members(module, nn.Module);
  return children.length === (module as nn.Sequential).length && children.every(([, child]) => isKnown(child));
}

const isContainer = (module: nn.Module): boolean => module instanceof nn.Sequential || module instanceof nn.ModuleList;

/** The members of a kind, by name. Unlike `namedChildren`, it repeats a member that has several names. */
function members<T>(module: nn.Module, kind: abstract new (...args: never) => T): [name: string, member: T][] {
  return Object.entries(module).flatMap(([name, member]: [string, unknown]) =>
    member instanceof kind ? [[name, member] as [string, T]] : [],
  );
}

/** `nn.Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))`; a user-defined module becomes an empty `nn.Module`. */
function construct(module: nn.Module): string {
  const { type, args } = constructorOf(module);
  return `${type}(${args})`;
}

/**
 * The layer that a subclass of it is made as, although it may compute something else: so its initial weights are drawn at
 * the same place in the random numbers.
 */
function inherited(module: nn.Module): LayerElsewhere | undefined {
  let parent = module.constructor as typeof nn.Module;
  while (parent !== nn.Module && elsewhereOf(parent) === undefined)
    parent = Object.getPrototypeOf(parent) as typeof parent;
  const { resetParameters } = parent.prototype as { resetParameters?: unknown };
  const isSame = (module as { resetParameters?: unknown }).resetParameters === resetParameters;
  return isSame ? elsewhereOf(parent) : undefined;
}

/** The PyTorch class that a module becomes, and the arguments of its constructor. */
export function constructorOf(module: nn.Module): { readonly type: string; readonly args: string } {
  const layer = elsewhereOf(module.constructor) ?? inherited(module);
  if (layer) return { type: `nn.${layer.pytorch}`, args: module.pytorchArguments() };
  if (!isContainer(module)) return { type: "nn.Module", args: "" };
  const children = members(module, nn.Module);
  const list = block(children.map(([, child]) => construct(child)));
  if (module instanceof nn.ModuleList) return { type: "nn.ModuleList", args: `[${list}]` };
  if (children.every(([name], i) => name === String(i))) return { type: "nn.Sequential", args: list };
  const named = block(children.map(([name, child]) => `("${name}", ${construct(child)})`));
  return { type: "nn.Sequential", args: `OrderedDict([${named}])` };
}

/** Writes each entry on an indented line. */
function block(entries: readonly string[]): string {
  return entries.length === 0 ? "" : `\n${entries.map((entry) => `${entry},\n`.replace(/^(?=.)/gm, "    ")).join("")}`;
}

/** The lines of `__init__` that make a network's members. A member that has two names is made once. */
export function declare(model: nn.Module): string[] {
  return [...new Declarations().of(model, "self")];
}

class Declarations {
  /** The modules and tensors that have been made, and where they are. */
  private readonly made = new Map<nn.Module | Tensor, string>();

  *of(module: nn.Module, at: string): Generator<string> {
    this.made.set(module, at);
    const isLayer = elsewhereOf(module.constructor) !== undefined;
    for (const [name, child] of members(module, nn.Module)) {
      const place = attribute(at, module, name);
      const known = this.made.get(child);
      if (known !== undefined) {
        yield assignment(place, known);
        continue;
      }
      // A container has made its modules already.
      if (!isContainer(module)) yield assignment(place, construct(child));
      yield* this.of(child, place);
    }
    for (const kind of [nn.Parameter, nn.Buffer]) {
      for (const [field, held] of members<Tensor>(module, kind)) {
        const name = snakeCase(field);
        const place = attribute(at, module, name);
        const known = this.made.get(held);
        if (known === undefined) this.made.set(held, place);
        if (known !== undefined) yield assignment(place, known);
        else if (!isLayer) yield tensorLine(held, at, name, place);
      }
    }
  }
}

function tensorLine(held: Tensor, at: string, name: string, place: string): string {
  const shape = pythonTuple(held.shape);
  if (held instanceof nn.Parameter) return assignment(place, `nn.Parameter(torch.zeros(${shape}))`);
  const counts = typeInFile(name, held.data()) === "I64";
  const dtype = held.dtype === "int32" ? `, dtype=torch.${counts ? "int64" : "int32"}` : "";
  return `${at}.register_buffer(${JSON.stringify(name)}, torch.zeros(${shape}${dtype}))`;
}
