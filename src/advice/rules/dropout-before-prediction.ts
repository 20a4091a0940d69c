import { features, type Network, type Placed } from "../network.js";
import { afterPrediction, rightBeforePrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";
import type { LayerOf } from "../../inspect/layer.js";

/** Dropout up to this p does no harm before the prediction. */
const LITTLE_DROPOUT = 0.05;
/** If so many features are left for each class, or so many in all, those that are dropped can be done without. */
const ENOUGH = { forEachClass: 4, inAll: 64 } as const;

type Dropout = Placed<LayerOf<"dropout">>;

export const rule: AdviceRule = {
  name: "dropout-before-prediction",
  meaning: "Whatever is dropped right before the prediction is missing from it, and no later layer can make up for it.",
  suggestion: "Move it after an earlier block, with a p of 0.1 or less, or remove it.",
  find: (network) => [...before(network), ...after(network)],
};

function before(network: Network) {
  const passes = ["reshape", "pool", "activation", "batchNorm", "norm", "other"] as const;
  return network.predictions.flatMap((prediction) =>
    rightBeforePrediction(network, prediction, "dropout", passes).flatMap(({ position, p }) => {
      const { inputs, classes } = features(prediction);
      const isEnough = (1 - p) * inputs >= Math.min(ENOUGH.forEachClass * classes, ENOUGH.inAll);
      if (p <= LITTLE_DROPOUT || isEnough) return [];
      const dropped = `it drops ${Math.round(100 * p)} % of the ${inputs} features`;
      return [{ layer: position, reason: `${dropped} from which ${classes} classes are predicted` }];
    }),
  );
}

function after(network: Network) {
  return afterPrediction(network)
    .filter((layer): layer is Dropout => layer.kind === "dropout" && layer.p > 0)
    .map(({ position }) => ({ layer: position, reason: "it drops values of the prediction itself" }));
}
