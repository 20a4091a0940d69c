/**
 * What was probably meant by a name that kilograd does not have. A network's file that is written with PyTorch's names ends
 * in an error of JavaScript, such as "F.log_softmax is not a function", which names no way out. The namespaces themselves
 * cannot answer: a program that looks names up in them would have to carry all of them.
 */
import { F, KilogradError, nn, optim } from "../entries/index.js";
import { closest } from "../entries/train-node.js";
import { expressions, methods, missing, others } from "./names-elsewhere.js";

/** Loaded, since an import of all names would make the bundler keep all of them in the core library. */
const kilograd = await import("../entries/index.js");
const { lrScheduler } = optim;
const namespaces: Readonly<Record<string, object>> = { F, nn, optim, init: nn.init, lrScheduler, torch: kilograd };

/** Ways in which JavaScript says that a name does not exist: "nn.Conv2D is not a constructor". */
const unknownName: readonly RegExp[] = [
  /\b(?<space>\w+)\.(?<name>\w+) is not a (?:function|constructor)/,
  /does not provide an export named '(?<name>\w+)'/,
  /No matching export in "[^"]*" for import "(?<name>\w+)"/,
  /^(?<name>torch) is not defined/,
  /^Cannot read properties of undefined \(reading '(?<absent>\w+)'\)/,
];

/**
 * @param error an error that a network's file has thrown
 * @returns what to write instead, or undefined if the error is about something else
 */
export function nameHint(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof KilogradError) return undefined;
  const found = unknownName.map((pattern) => pattern.exec(error.message)).find((match) => match);
  const { space, name, absent } = found?.groups ?? {};
  // optim.lr_scheduler is undefined, and then only the name in it is known.
  if (absent !== undefined) return Object.hasOwn(lrScheduler, absent) ? `write optim.lrScheduler.${absent}` : undefined;
  if (name === undefined) return undefined;
  const isKnown = space === undefined || Object.hasOwn(namespaces, space);
  const plain = plainOf(name);
  if (isKnown && Object.hasOwn(others, plain)) return `write ${others[plain]}`;
  if (isKnown && Object.hasOwn(expressions, plain)) return asWritten(name, expressions[plain]!);
  if (isKnown && Object.hasOwn(missing, plain)) return `${name} is not in kilograd: ${missing[plain]!}`;
  if ((!isKnown || space === "torch") && Object.hasOwn(methods, plain)) return `for tensors write ${methods[plain]}`;
  return isKnown ? fromNamespace(space, name) : undefined;
}

const plainOf = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** A layer is a class with an expression in its forward pass. */
function asWritten(name: string, expression: string): string {
  const isLayer = /^[A-Z]/.test(name);
  return isLayer
    ? `write class ${name} extends nn.Module { forward(x) { return ${expression}; } }, and new ${name}()`
    : `write ${expression}`;
}

function fromNamespace(space: string | undefined, name: string): string | undefined {
  const names = Object.keys(space === undefined ? kilograd : namespaces[space]!);
  const prefix = space === undefined ? "" : `${space}.`;
  const meant = closest(name, names);
  if (meant !== undefined) return `write ${prefix}${meant}`;
  // The same name in another namespace, such as nn.relu for F.relu.
  const found = Object.entries(namespaces).flatMap(([other, { ...known }]) => {
    const like = closest(name, Object.keys(known));
    return like === undefined ? [] : [{ other, like }];
  });
  // Conv2D is the layer nn.Conv2d, and conv_2d the function F.conv2d: classes begin with a capital, functions do not.
  const isClass = (word: string): boolean => /^[A-Z]/.test(word);
  const best = found.find(({ like }) => isClass(like) === isClass(name)) ?? found[0];
  if (best !== undefined) return `write ${best.other}.${best.like}`;
  return space === undefined || space === "torch"
    ? undefined
    : `${space} has ${names.filter((one) => one !== "init").join(", ")}`;
}
