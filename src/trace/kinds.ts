/** Kinds of arguments that describe a network and its inputs. */
import { arrayOf, either, instance, integer, kind } from "../errors/kinds.js";
import { required } from "../errors/signature.js";
import { Module } from "../nn/index.js";
import type { InputSizes } from "./lazy-call.js";

const sizes = arrayOf(integer(1));
const several = arrayOf(sizes);

export const anyNetwork = instance<Module>("a network", () => Module);

/** A network, and the size of its input or the sizes of its inputs, each without the batch. */
export const networkParameters = [
  required("model", anyNetwork),
  required(
    "inputSize",
    kind<InputSizes>(
      "the size of an image without the batch, as [1, 28, 28], or a list of such sizes",
      (value) => either(sizes, several).accepts(value) && value.length > 0,
    ),
  ),
] as const;
