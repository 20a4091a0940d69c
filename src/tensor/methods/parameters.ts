/**
 * What each method of `Tensor` takes. The methods are wrapped, so that an argument of another kind, or one too many, is
 * refused instead of being ignored. A method that is missing here takes no arguments.
 */
import { anyNumber, arrayOf, either, flag, integer, kind, number, orNull, text } from "../../errors/kinds.js";
import { checkMethods, type MethodTable } from "../../errors/checked-methods.js";
import { optional, required } from "../../errors/signature.js";
import { shown } from "../../errors/shown.js";
import { ArgumentError } from "../../errors/errors.js";
import type { HostArray } from "../../graph/node.js";
import { Handle } from "./handle.js";

const isTensor = (value: unknown): boolean => value instanceof Handle;
const tensor = kind<Handle<never>>("a tensor", isTensor);
/** A tensor, or any number: NaN and infinity are elements, too. */
const operand = kind<number | Handle<never>>(
  "a tensor or a number",
  (value) => typeof value === "number" || isTensor(value),
);
const axis = integer();
const axes = either(axis, arrayOf(axis));
const elements = kind<HostArray>(
  "a Float32Array or an Int32Array",
  (value) => value instanceof Float32Array || value instanceof Int32Array,
);

const keepdim = optional("keepdim", flag, false);

/** The methods with a fixed number of parameters, sorted by what they take. All others take no arguments. */
const fixed: MethodTable = [
  // JSON.stringify passes the name of the field.
  ["toJSON", [optional("key", text("a text"))]],
  ["add sub mul div maximum minimum eq ne lt le gt ge", [required("other", operand)]],
  ["pow", [required("exponent", operand)]],
  ["where", [required("yes", operand), required("no", operand)]],
  ["clamp", [optional("min", orNull(anyNumber), null), optional("max", orNull(anyNumber), null)]],
  ["matmul", [required("other", tensor)]],
  ["copy_", [required("source", tensor)]],
  ["setData", [required("elements", elements)]],
  ["backward", [optional("gradient", tensor)]],
  ["sum mean amax amin", [optional("axes", axes), keepdim]],
  ["argmax", [optional("axis", axis), keepdim]],
  ["var", [optional("axes", axes), optional("correction", number, 1), keepdim]],
  ["softmax logSoftmax unsqueeze", [required("axis", axis)]],
  ["size squeeze", [optional("axis", axis)]],
  ["flatten", [optional("start", axis, 0), optional("end", axis, -1)]],
  ["transpose", [required("a", axis), required("b", axis)]],
  ["select", [required("axis", axis), required("index", axis)]],
  ["slice", [required("axis", axis), required("start", axis), optional("end", axis), optional("step", axis, 1)]],
];

/** The methods that take integers, in an array or one after the other. */
const variadic = "reshape view permute expand flip";

/** Makes the methods of `Tensor` check their arguments. */
export function checkArguments(prototype: object): void {
  const readers = variadic
    .split(" ")
    .map((name) => [name, (given: readonly unknown[]) => integers(name, given)] as const);
  checkMethods(prototype, fixed, new Map(readers));
}

function integers(op: string, given: readonly unknown[]): readonly unknown[] {
  const list = given.length === 1 && Array.isArray(given[0]) ? (given[0] as readonly unknown[]) : given;
  const wrong = list.findIndex((value) => !axis.accepts(value));
  if (wrong < 0) return list;
  throw new ArgumentError({
    op,
    problem: `argument ${wrong} is wrong`,
    expected: `integers, as in ${op}(0, 1) or ${op}([0, 1])`,
    got: shown(list[wrong]),
  });
}
