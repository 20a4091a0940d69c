import { isShrinking } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "skipped-pixels",
  meaning:
    "A window that moves by more than its own size leaves out what lies between, and what was computed there is lost.",
  suggestion: "Use a stride of at most the kernel's size, or a max pooling of the stride's size before it.",
  find: (network) =>
    network.all("conv", "pool").flatMap((layer) => {
      const { kernel, stride } = layer;
      const read = [0, 1].map((axis) => Math.min(1, kernel[axis]! / stride[axis]!)).reduce((a, b) => a * b);
      // Beside a residual block, a 1×1 convolution with a stride is customary.
      if (read === 1 || !network.isInevitable(layer)) return [];
      if (layer.kind === "pool" && !isShrinking(layer)) return [];
      const share = Math.round(100 * (1 - read));
      const reason = `its ${kernel.join("×")} kernel moves by ${stride.join("×")} positions, so ${share} % of its input are never read`;
      return [{ layer: layer.position, reason }];
    }),
};
