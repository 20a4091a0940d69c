/**
 * What was probably meant by a name that kilograd does not have. A network's file that is written with PyTorch's names ends
 * in an error of JavaScript, such as "F.log_softmax is not a function", which names no way out. The namespaces themselves
 * cannot answer: a program that looks names up in them would have to carry all of them.
 */
import { F, KilogradError, nn, optim } from "../entries/index.js";
import { closest } from "../entries/train-node.js";

/** Loaded, since an import of all names would make the bundler keep all of them in the core library. */
const kilograd = await import("../entries/index.js");
const namespaces: Readonly<Record<string, object>> = { F, nn, optim, init: nn.init };

/** What to write for PyTorch's names that kilograd has in another place or not at all; in small letters. */
const elsewhere: Readonly<Record<string, string>> = {
  crossentropyloss: "F.crossEntropy(logits, labels)",
  nllloss: "F.nllLoss(logLikelihoods, labels)",
  mseloss: "F.mseLoss(outputs, targets)",
  nograd: 'noGrad(() => …), with import { noGrad } from "kilograd"',
  torch: 'import { F, nn, optim, tensor } from "kilograd"',
  silu: "x.mul(x.sigmoid())",
  gelu: "x.mul(x.mul(1.702).sigmoid())",
  relu6: "x.clamp(0, 6)",
  leakyrelu: "x.maximum(x.mul(0.01))",
  elu: "x.relu().add(x.minimum(0).exp().sub(1))",
};

/** Ways in which JavaScript says that a name does not exist: "nn.Conv2D is not a constructor". */
const unknownName: readonly RegExp[] = [
  /\b(?<space>\w+)\.(?<name>\w+) is not a (?:function|constructor)/,
  /does not provide an export named '(?<name>\w+)'/,
  /No matching export in "[^"]*" for import "(?<name>\w+)"/,
  /^(?<name>torch) is not defined/,
];

/**
 * @param error an error that a network's file has thrown
 * @returns what to write instead, or undefined if the error is about something else
 */
export function nameHint(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof KilogradError) return undefined;
  const found = unknownName.map((pattern) => pattern.exec(error.message)).find((match) => match);
  const { space, name } = found?.groups ?? {};
  if (name === undefined) return undefined;
  const plain = name.replaceAll("_", "").toLowerCase();
  if (Object.hasOwn(elsewhere, plain)) return `write ${elsewhere[plain]}`;
  if (space !== undefined && !Object.hasOwn(namespaces, space)) return undefined;
  return fromNamespace(space, name);
}

function fromNamespace(space: string | undefined, name: string): string | undefined {
  const names = Object.keys(space === undefined ? kilograd : namespaces[space]!);
  const prefix = space === undefined ? "" : `${space}.`;
  const meant = closest(name, names);
  if (meant !== undefined) return `write ${prefix}${meant}`;
  // The same name in another namespace, such as nn.relu for F.relu.
  const others = Object.entries(namespaces).flatMap(([other, { ...known }]) => {
    const like = closest(name, Object.keys(known));
    return like === undefined ? [] : [{ other, like }];
  });
  // Conv2D is the layer nn.Conv2d, and conv_2d the function F.conv2d: classes begin with a capital, functions do not.
  const isClass = (word: string): boolean => /^[A-Z]/.test(word);
  const best = others.find(({ like }) => isClass(like) === isClass(name)) ?? others[0];
  if (best !== undefined) return `write ${best.other}.${best.like}`;
  return space === undefined ? undefined : `${space} has ${names.filter((one) => one !== "init").join(", ")}`;
}
