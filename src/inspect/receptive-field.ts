/**
 * Receptive fields: the part of the image that each value of a layer has seen. Along each axis of the image they form
 * an arithmetic sequence of `count` positions, `jump` pixels apart. Each sees `size` pixels, and the first is centred
 * at `start` (0.5 is the middle of the first pixel; padding makes it smaller). A window of k elements with stride s,
 * padding p and dilation d turns these into
 *
 *   size + (k−1)·d·jump,   jump·s,   start + ((k−1)·d/2 − p)·jump.
 *
 * Dang Ha The Hien 2017, "A guide to receptive field arithmetic for convolutional neural networks"; Araujo, Norris and
 * Sim 2019, "Computing receptive fields of convolutional neural networks", distill.pub. Fields are followed through the
 * lazy graph and not through modules, so functions and branches count too. Where branches meet, the largest field
 * counts.
 */
import type { Node } from "../graph/node.js";
import { OpRules } from "../graph/op-rules.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { Window } from "../ops/window.js";
import { placeInShape, type AxisPlace } from "./axis-place.js";

/** What the positions along one axis of a map see of the image, in pixels. */
export interface Extent {
  /** The width of what one position sees. */
  readonly size: number;
  /** The distance between what two neighbouring positions see. */
  readonly jump: number;
  /** The centre of what the first position sees; 0.5 is the middle of the first pixel. */
  readonly start: number;
  /** The number of positions. */
  readonly count: number;
}

/** A receptive field: along the image's height, and along its width. */
export type Field = readonly [height: Extent, width: Extent];

/** The axis of the tensor along which the positions lie, either alone or, after flattening, together with others. */
interface Placed extends Extent, AxisPlace {
  /** NOWHERE for a single position whose axis is gone. */
  readonly axis: number;
}
const NOWHERE = -1;
type PlacedField = readonly [height: Placed, width: Placed];

export interface ReceptiveFields {
  /** The field of each node that depends on an image. */
  readonly fields: ReadonlyMap<Node, Field>;
  /** The branches' fields at each node that joins branches over different positions. */
  readonly conflicts: ReadonlyMap<Node, readonly Field[]>;
}

/** The field of the image itself: each pixel sees itself. */
function pixels(image: Shape): PlacedField {
  const along = (axis: number): Placed => ({ size: 1, jump: 1, start: 0.5, count: image[axis]!, axis, inner: 1 });
  return [along(2), along(3)];
}

/**
 * @param order a graph's nodes, inputs before users
 * @param images the network's inputs among them; only those of shape [N,C,H,W] have pixels
 */
export function followFields(order: readonly Node[], images: readonly Node[]): ReceptiveFields {
  const fields = new Map<Node, PlacedField>();
  const conflicts = new Map<Node, readonly Field[]>();
  for (const image of images) if (image.shape.length === 4) fields.set(image, pixels(image.shape));
  for (const node of order) {
    const known = node.inputs.filter((input) => fields.has(input));
    if (fields.has(node) || known.length === 0) continue;
    const { field, branches } = follow(
      node,
      known.map((input) => ({ node: input, field: fields.get(input)! })),
    );
    fields.set(node, field);
    if (branches) conflicts.set(node, branches);
  }
  return { fields: new Map([...fields].map(([node, field]) => [node, plain(field)])), conflicts };
}

/** An input of a node, with its field. */
interface Known {
  readonly node: Node;
  readonly field: PlacedField;
}
interface Result {
  readonly field: PlacedField;
  /** Set if the inputs' positions do not coincide. */
  readonly branches?: readonly Field[];
}

/** Elementwise ops need no rule, because their inputs meet. Neither do reductions, whose axes collapse. */
function follow(node: Node, known: readonly Known[]): Result {
  const { lowering } = node.op;
  if (lowering.kind === "reduce") return reduced(lowering.axes(node.attrs), known);
  return fieldRules.apply(node, known) ?? together(node, unbroadcast(node, known));
}

/** What all other ops do with the fields of their inputs. */
export const fieldRules = new OpRules<[known: readonly Known[]], Result>()
  .on(ops.conv2d, ({ inputs: [, weight], attrs, shape }, known) =>
    slide(known, { ...attrs, kernel: [weight!.shape[2]!, weight!.shape[3]!] }, shape),
  )
  .on(ops.maxPool2d, ({ attrs, shape }, known) => slide(known, attrs, shape))
  .on(ops.avgPool2d, ({ attrs, shape }, known) => slide(known, { ...attrs, dilation: [1, 1] }, shape))
  .on(ops.pad, ({ attrs, shape }, known) =>
    each(known, (extent) => ({
      ...extent,
      start: extent.start - attrs.before[extent.axis]! * extent.jump,
      count: shape[extent.axis]!,
    })),
  )
  .on(ops.slice, ({ attrs, shape }, known) =>
    each(known, (extent) => ({
      ...extent,
      start: extent.start + attrs.begin[extent.axis]! * extent.jump,
      jump: extent.jump * attrs.step[extent.axis]!,
      count: shape[extent.axis]!,
    })),
  )
  .on(ops.reshape, ({ shape }, known) => each(known, (extent) => reshaped(extent, known[0]!.node.shape, shape)))
  .on(ops.permute, ({ attrs }, known) =>
    each(known, (extent) => ({ ...extent, axis: attrs.order.indexOf(extent.axis) })),
  )
  .on(ops.expand, ({ shape }, known) =>
    each(known, (extent) => ({ ...extent, axis: extent.axis + shape.length - known[0]!.node.shape.length })),
  )
  // Flipping reverses the order of the positions, but no advice depends on that.
  .on(ops.flip, together)
  .on(ops.cat, (node, known) => together(node, inSequence(known, node.attrs.axis, node.shape)))
  .on(ops.softmax, ({ attrs }, known) => normalized(attrs.axis, known))
  .on(ops.logSoftmax, ({ attrs }, known) => normalized(attrs.axis, known))
  // The statistics come from the whole batch and do not count.
  .on(ops.batchNorm, (_, [input]) => ({ field: input!.field }))
  .on(ops.matmul, (node, known) => {
    if (known.length > 1) return together(node, known);
    const summed = known[0]!.node === node.inputs[0] ? 2 : 1;
    return each(known, (extent) => (extent.axis === summed ? collapsed(extent) : extent));
  });

/** Applies a rule to both extents of the only input. */
function each([input]: readonly Known[], rule: (extent: Placed) => Placed): Result {
  const [height, width] = input!.field.map((extent) => (extent.axis === NOWHERE ? extent : rule(extent)));
  return { field: [height!, width!] };
}

/**
 * A window that slides over the last two axes. An axis that is no longer among these, because it was flattened, is seen
 * as a whole.
 */
function slide(known: readonly Known[], { kernel, stride, padding, dilation }: Window, out: Shape): Result {
  return each(known, (extent) => {
    const side = extent.axis - 2;
    if (side < 0) return collapsed(extent);
    const reach = (kernel[side]! - 1) * dilation[side]!;
    return {
      size: extent.size + reach * extent.jump,
      jump: extent.jump * stride[side]!,
      start: extent.start + (reach / 2 - padding[side]!) * extent.jump,
      count: out[extent.axis]!,
      axis: extent.axis,
      inner: 1,
    };
  });
}

/** Merges all positions into one, like a window as large as the axis. */
function collapsed(extent: Placed): Placed {
  return { ...slid(extent, extent.count), count: 1 };
}

function reduced(axes: readonly number[], known: readonly Known[]): Result {
  return each(known, (extent) => (axes.includes(extent.axis) ? collapsed(extent) : extent));
}

/** Along its axis, every position sees every other. */
function normalized(axis: number, known: readonly Known[]): Result {
  return each(known, (extent) => (extent.axis === axis ? { ...extent, size: collapsed(extent).size } : extent));
}

/** Moves an extent to the axis of the new shape that holds its positions, either alone or merged with others. */
function reshaped(extent: Placed, from: Shape, to: Shape): Placed {
  const before = sizeOf(from.slice(0, extent.axis));
  const same = to.findIndex((size, axis) => sizeOf(to.slice(0, axis)) === before && size === from[extent.axis]);
  if (same >= 0) return { ...extent, axis: same };
  const place = extent.count === 1 ? undefined : placeInShape(extent, from, to);
  if (!place) return { ...extent, axis: NOWHERE, inner: 1 };
  return repeated(extent, place, to) ?? split(extent, place, from, to) ?? { ...extent, ...place };
}

/** Enlarges a map by a whole factor: the copies of a position lie beside each other along an axis of their own. */
function repeated(extent: Placed, { axis, inner }: AxisPlace, to: Shape): Placed | undefined {
  const isSide = to.length === 4 && axis >= 2;
  if (!isSide || inner === 1 || to[axis] !== extent.count * inner) return undefined;
  const jump = extent.jump / inner;
  // Copies see the same, so between evenly spaced centres the field has to be wider.
  const shift = ((inner - 1) / 2) * jump;
  return { size: extent.size + 2 * shift, jump, start: extent.start - shift, count: to[axis], axis, inner: 1 };
}

/** Cuts an axis into windows that do not overlap, such as patches: what follows sees the whole window. */
function split(extent: Placed, { axis, inner }: AxisPlace, from: Shape, to: Shape): Placed | undefined {
  const [windows, window] = [to[axis - 1] ?? 0, to[axis]!];
  const isAlone = inner === 1 && from[extent.axis] === extent.count;
  if (!isAlone || windows * window !== extent.count) return undefined;
  return { ...slid(extent, window), count: windows, axis: axis - 1 };
}

/** A window of this size and stride. */
function slid({ size, jump, start, ...place }: Placed, window: number): Placed {
  const reach = (window - 1) * jump;
  return { ...place, size: size + reach, jump: jump * window, start: start + reach / 2 };
}

/**
 * The inputs of an elementwise op that are as large as its result, if there are any. Others are broadcast: a gate per
 * channel or position, or the mean that a norm subtracts. They weight and shift what is seen, and do not count as seen.
 */
function unbroadcast({ shape }: Node, known: readonly Known[]): readonly Known[] {
  const large = known.filter(({ node }) => sizeOf(node.shape) === sizeOf(shape));
  return large.length > 0 ? large : known;
}

/** Inputs that are joined elementwise or concatenated. Their axes are aligned from the last one. */
function together(node: Node, known: readonly Known[]): Result {
  const fields = known.map(({ node: { shape }, field }) => {
    const lead = node.shape.length - shape.length;
    const align = (extent: Placed): Placed =>
      extent.axis === NOWHERE ? extent : { ...extent, axis: extent.axis + lead };
    return [align(field[0]), align(field[1])] as const;
  });
  const [height, width] = [0, 1].map((side) => widest(fields.map((field) => field[side]!))) as [Widest, Widest];
  const field: PlacedField = [height.extent, width.extent];
  return height.conflict || width.conflict ? { field, branches: fields.map(plain) } : { field };
}

/** Parts with one position each that are concatenated along its axis, as in uneven adaptive pooling, follow one another. */
function inSequence(known: readonly Known[], axis: number, { [axis]: count }: Shape): readonly Known[] {
  const joined = ([0, 1] as const).map((side): Placed | undefined => {
    const extents = known.map(({ field }) => field[side]);
    if (known.length < 2 || extents.some((extent) => extent.axis !== axis || extent.count !== 1)) return undefined;
    const [first, last] = [extents[0]!, extents[extents.length - 1]!];
    const size = Math.max(...extents.map((extent) => extent.size));
    return { ...first, size, jump: (last.start - first.start) / (extents.length - 1), count: count! };
  });
  return known.map(({ node, field }) => ({ node, field: [joined[0] ?? field[0], joined[1] ?? field[1]] }));
}

interface Widest {
  readonly extent: Placed;
  readonly conflict: boolean;
}

/** The largest of several extents, but for single positions that are broadcast to many. */
function widest(extents: readonly Placed[]): Widest {
  const most = Math.max(...extents.map(({ count }) => count));
  const placed = extents.filter(({ count }) => count === most);
  const lead = placed.reduce((best, extent) => (extent.size > best.size ? extent : best));
  const conflict = placed.some(({ start, jump }) => start !== lead.start || (jump !== lead.jump && most > 1));
  return { extent: lead, conflict };
}

/** Removes the axes, which matter only inside this module. */
function plain(field: PlacedField): Field {
  const withoutAxis = ({ size, jump, start, count }: Placed): Extent => ({ size, jump, start, count });
  return [withoutAxis(field[0]), withoutAxis(field[1])];
}
