import type { LayerOf } from "../../inspect/layer.js";
import { isDepthwise, spansItsInput, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

const LARGE_IMAGE = 96;

export const rule: AdviceRule = {
  name: "large-kernel",
  meaning: "Two 3×3 convolutions see as much as a 5×5 convolution, with fewer weights and one more non-linearity.",
  suggestion: "Replace it with 3×3 convolutions: two for 5×5, three for 7×7.",
  find: (network) =>
    network
      .all("conv")
      .filter(({ kernel, shares }) => shares === null && kernel.some((size) => size >= 5))
      .filter((layer) => !spansItsInput(network, layer) && !isDepthwise(layer) && !isStem(network, layer))
      .map(({ position, kernel: [height, width] }) => {
        const layers = Math.ceil((Math.max(height, width) - 1) / 2);
        const figures = `${height * width} weights for each pair of channels; ${layers} of 3×3 have ${9 * layers}`;
        return { layer: position, reason: `its ${height}×${width} kernel has ${figures}` };
      }),
};

/** A first layer that makes a large image much smaller, as in ResNet, or that cuts it into patches. */
function isStem(network: Network, { kernel, stride }: Placed<LayerOf<"conv">>): boolean {
  const isPatches = kernel.every((size, axis) => size <= stride[axis]!);
  return isPatches || (stride.every((step) => step > 1) && network.imageSize >= LARGE_IMAGE);
}
