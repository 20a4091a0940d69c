/** Modules that PyTorch has under the same name, and the Python that makes a network's modules. */
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Dropout2d,
  Flatten,
  Identity,
  Linear,
  LogSoftmax,
  MaxPool2d,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
  type Module,
} from "../../nn/index.js";
import { pythonBool, pythonTuple, snakeCase } from "../../nn/names.js";
import type { Tensor } from "../../tensor.js";

type Constructor = abstract new (...args: never[]) => Module;

/** Classes whose printed arguments are Python's. */
const layers: ReadonlySet<Constructor> = new Set<Constructor>([
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Dropout2d,
  Flatten,
  Identity,
  Linear,
  LogSoftmax,
  MaxPool2d,
  ReLU,
  Sigmoid,
  Softmax,
  Tanh,
]);

const classOf = (module: Module): Constructor => module.constructor as Constructor;

/** Whether PyTorch's module of this name computes the same; a class of the user's own is none. */
export function isKnown(module: Module): boolean {
  return layers.has(classOf(module)) || (classOf(module) === Sequential && [...module.children()].every(isKnown));
}

/** `nn.Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))`; a module of the user's own is an empty one. */
function construct(module: Module): string {
  if (layers.has(classOf(module))) return `nn.${module.constructor.name}(${argumentsOf(module)})`;
  const children = [...module.namedChildren()];
  if (module instanceof ModuleList) return `nn.ModuleList([${block(children.map(([, child]) => construct(child)))}])`;
  if (!(module instanceof Sequential)) return "nn.Module()";
  const numbered = children.every(([name], i) => name === String(i));
  const list = children.map(([name, child]) => (numbered ? construct(child) : `("${name}", ${construct(child)})`));
  return numbered ? `nn.Sequential(${block(list)})` : `nn.Sequential(OrderedDict([${block(list)}]))`;
}

/** A line for each entry, indented. */
function block(entries: readonly string[]): string {
  return entries.length === 0 ? "" : `\n${entries.map((entry) => `${entry},\n`.replace(/^(?=.)/gm, "    ")).join("")}`;
}

function argumentsOf(module: Module): string {
  // What PyTorch prints is what it takes, but for these two.
  const printed = module.extraRepr().replace(/padding=(same|valid)/, 'padding="$1"');
  return module instanceof AvgPool2d ? `${printed}, count_include_pad=${pythonBool(module.countIncludePad)}` : printed;
}

/** `self.blocks[0].conv1` for `blocks.0.conv1`. */
export function selfPath(path: string): string {
  return path.split(".").reduce((at, name) => (/^\d+$/.test(name) ? `${at}[${name}]` : `${at}.${name}`), "self");
}

/** Lines of `__init__` that make what a module holds. */
export function declare(module: Module, path = ""): string[] {
  const at = path === "" ? "self" : selfPath(path);
  return [
    ...ownTensors(module, at),
    ...[...module.namedChildren()].flatMap(([name, child]) => {
      const childPath = path === "" ? name : `${path}.${name}`;
      // A container has made its modules already.
      const line =
        module instanceof Sequential || module instanceof ModuleList ? [] : [`${at}.${name} = ${construct(child)}`];
      return layers.has(classOf(child)) || isKnown(child) ? line : [...line, ...declare(child, childPath)];
    }),
  ];
}

function ownTensors(module: Module, at: string): string[] {
  const inner = new Set<Tensor>([...module.children()].flatMap((child) => [...child.stateDict().values()]));
  return [...module.stateDict()].flatMap(([name, held]) => {
    if (inner.has(held) || name.includes(".")) return [];
    const shape = held.shape.length === 1 ? `(${held.shape[0]},)` : pythonTuple(held.shape);
    if (held instanceof Parameter) return [`${at}.${snakeCase(name)} = nn.Parameter(torch.zeros(${shape}))`];
    const dtype = held.dtype === "int32" ? ", dtype=torch.int32" : "";
    return [`${at}.register_buffer("${snakeCase(name)}", torch.zeros(${shape}${dtype}))`];
  });
}
