/** What the planner offers to the plans of ops that have kernels of their own. */
import type { Kernel } from "../../kernels/kernel.js";
import type { Border, LoopRoot, LoopValue } from "../../kernels/loop-nest.js";
import type { BufferView } from "../../kernels/views.js";
import type { Node } from "../../graph/node.js";
import type { Shape } from "../../graph/shape.js";

export interface PlanContext {
  /** Whether the program computes gradients of convolutions. */
  readonly differentiates: boolean;
  usersOf(node: Node): readonly Node[];
  isOutput(node: Node): boolean;
  /** Whether the kernels that compute a node run only when a variable has changed. */
  isFixed(node: Node): boolean;
  /** Whether `user` puts a border around `node`: then `node` is computed into the inner part of the result. */
  isBorder(user: Node, node: Node): boolean;

  /** Where a node's elements lie. A node that has no memory yet is given some. */
  viewOf(node: Node): BufferView;
  /** A node's images in whichever layout they have, but not flipped: kernels go upwards from an address. */
  upright(node: Node): BufferView;
  /** A node's images with the channels of a pixel side by side. */
  channelsLast(node: Node): BufferView;
  /** The same, with the channels of each pixel padded to whole vectors. */
  wholePixels(node: Node): BufferView;
  /**
   * Images that are not kept, computed a second time for the gradient of a convolution's weights, image by image, as
   * the gradient of the convolution's result comes in. Undefined for images that lie in memory.
   */
  computedAgain(node: Node, gradient: BufferView): BufferView | undefined;
  /** What a node is inside loops over `domain`: an expression, or a load. */
  valueOf(node: Node, domain: Shape): LoopValue;

  /** New memory for a node, in the layout that suits its shape. */
  home(node: Node): BufferView;
  /** New memory for a node: its own, or the inner part of an image that a user wants with a border around it. */
  target(node: Node): { readonly output: BufferView; readonly border?: Border };
  /** Notes where a node's elements lie when a kernel computes it together with another node. */
  define(node: Node, view: BufferView): void;

  add(kernel: Kernel): void;
  /** Adds roots to a loop kernel over this domain: to an existing one if possible. */
  loop(domain: Shape, roots: LoopRoot | readonly LoopRoot[], reduced?: readonly number[]): void;
  /** Writes a node's elements into a view of another layout. */
  copy(node: Node, output: BufferView): BufferView;
  /** The same, into the inner part of a padded tensor. */
  copyWithBorder(node: Node, output: BufferView, border: Border): void;
}
