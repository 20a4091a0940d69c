import { spansItsInput } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "large-kernel",
  meaning: "Two 3×3 convolutions see as much as a 5×5 convolution, with fewer weights and one more non-linearity.",
  suggestion: "Replace it with 3×3 convolutions: two for 5×5, three for 7×7.",
  find: (network) =>
    network
      .all("conv")
      .filter(({ kernel, shares }) => shares === null && kernel.some((size) => size >= 5))
      .filter((layer) => !spansItsInput(network, layer))
      .map(({ position, kernel: [height, width] }) => {
        const layers = Math.ceil((Math.max(height, width) - 1) / 2);
        const figures = `${height * width} weights for each pair of channels; ${layers} of 3×3 have ${9 * layers}`;
        return { layer: position, reason: `its ${height}×${width} kernel has ${figures}` };
      }),
};
