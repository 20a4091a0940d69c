/** Pad: by a number, by the edge, or by a reflection; negative sizes crop. */
import { formatShape } from "../../../graph/shape.js";
import * as ops from "../../../ops/index.js";
import { cat } from "../../../tensor/creation.js";
import { Tensor } from "../../../tensor/tensor.js";
import { numbersInput, tensorInput, unsupported, type Importer } from "../node-import.js";
import { Numbers, type Value } from "../values.js";
import { checkElements, listOf, resolved } from "./shapes.js";

/** Elements to add before or after those along an axis, of which there are some: `count` of them, at least 1. */
type Border = (x: Tensor, axis: number, count: number, isBefore: boolean) => Tensor;

const borders: Readonly<Record<string, Border>> = {
  edge: (x, axis, count, isBefore) => {
    const at = isBefore ? 0 : x.shape[axis]! - 1;
    return x.slice(axis, at, at + 1).expand(...x.shape.map((size, i) => (i === axis ? count : size)));
  },
  reflect: (x, axis, count, isBefore) => {
    const last = x.shape[axis]! - 1;
    if (count > last) return unsupported(`it reflects more than the ${last} elements beside an edge`);
    return (isBefore ? x.slice(axis, 1, 1 + count) : x.slice(axis, last - count, last)).flip(axis);
  },
  wrap: (x, axis, count, isBefore) => {
    const size = x.shape[axis]!;
    if (count > size) return unsupported(`it repeats more than the ${size} elements of an axis`);
    return isBefore ? x.slice(axis, size - count, size) : x.slice(axis, 0, count);
  },
};

export const pad: Importer = (node) => {
  const mode = node.text("mode", "constant");
  const border = Object.hasOwn(borders, mode) ? borders[mode] : undefined;
  if (mode !== "constant" && !border) return unsupported(`its mode ${mode} is not supported here`);
  const attribute = node.number("value", 0);
  const fill = node.has(2) ? node.constant(2) : undefined;
  const value = fill instanceof Numbers ? fill.values[0] : node.has(2) ? fill?.data[0] : attribute;
  if (value === undefined) return unsupported("its value is computed, not a constant");
  const padsOf = listOf(node, "pads");
  return (input, pads, _value, axes) => {
    const x = tensorInput(input);
    const { before, after } = sidesOf(x, padsOf(pads) ?? unsupported("its pads are missing"), axes);
    checkElements(x.shape.map((size, axis) => before[axis]! + size + after[axis]!));
    const cropped = x.shape.reduce((part, size, axis) => {
      const [from, to] = [Math.max(0, -before[axis]!), size - Math.max(0, -after[axis]!)];
      if (from > to) return unsupported("it crops more than there is");
      return from === 0 && to === size ? part : part.slice(axis, from, to);
    }, x);
    const [more, behind] = [before, after].map((sizes) => sizes.map((size) => Math.max(0, size)));
    if (!border) {
      const attrs = { before: more!, after: behind!, interior: x.shape.map(() => 0), value };
      return new Tensor(ops.pad(cropped.node, attrs));
    }
    return x.shape.reduce((part, _, axis) => {
      const made = (count: number, isBefore: boolean): Tensor[] =>
        count === 0 ? [] : [border(part, axis, count, isBefore)];
      const parts = [...made(more![axis]!, true), part, ...made(behind![axis]!, false)];
      return parts.length === 1 ? part : cat(parts, axis);
    }, cropped);
  };
};

/** How much is added before and after the elements along each axis; negative to take some away. */
function sidesOf(
  { shape, ndim }: Tensor,
  pads: readonly number[],
  given: Value | undefined,
): { before: number[]; after: number[] } {
  const axes =
    given === undefined ? [...shape.keys()] : numbersInput(given, "axes").values.map((axis) => resolved(axis, ndim));
  if (pads.length !== 2 * axes.length || new Set(axes).size !== axes.length) {
    return unsupported(`its pads are not two sizes for each of its axes of ${formatShape(shape)}`);
  }
  const [before, after] = [shape.map(() => 0), shape.map(() => 0)];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[axes.length + i]!;
  });
  return { before, after };
}
