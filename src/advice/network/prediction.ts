/** Rules on the end of a network: softmax, what stands right before the prediction and what comes after it. */
import type { LayerOf } from "../../inspect/layer.js";
import { area, isWeighty, unique, type AdviceRule, type Network, type Placed } from "../rule.js";
import { thousands } from "../../text/thousands.js";

const kinds =
  (...names: readonly Placed["kind"][]) =>
  ({ kind }: Placed): boolean =>
    names.includes(kind);

/** What the network predicts with, and all that stands between that and the result. */
function afterPrediction(network: Network): Placed[] {
  const predictions = network.predictions;
  return network.layers.filter(
    (layer) =>
      !predictions.includes(layer as never) &&
      predictions.some((prediction) => network.allBefore(layer).includes(prediction)),
  );
}

/** Layers of a kind that stand before the prediction, with nothing but what `passes` in between. */
function rightBeforePrediction(network: Network, kind: Placed["kind"], passes: readonly Placed["kind"][]): Placed[] {
  const stops = (layer: Placed): boolean => !passes.includes(layer.kind);
  return unique(network.predictions.flatMap((prediction) => network.nearestBefore(prediction, stops))).filter(
    kinds(kind),
  );
}

export const predictionRules: readonly AdviceRule[] = [
  {
    name: "relu-before-softmax",
    meaning: "A ReLU on the logits makes every class that should be unlikely as likely as one at 0.",
    suggestion: "Leave the activation after the prediction out; softmax takes logits of either sign.",
    find: (network) =>
      afterPrediction(network)
        .filter((layer) => layer.kind === "activation" && layer.by === "relu")
        .map(({ position }) => ({ layer: position, reason: "it cuts off what the prediction says against a class" })),
  },
  {
    name: "softmax-twice",
    meaning: "A softmax of a softmax flattens the likelihoods: of ten classes none can get more than about 23 %.",
    suggestion: "Keep only the last one: logSoftmax for nllLoss, none at all for crossEntropy.",
    find: (network) =>
      network.all("softmax").flatMap((layer) => {
        const earlier = network.nearestBefore(layer, (one) => one.kind === "softmax" || isWeighty(one));
        if (!earlier.some(kinds("softmax"))) return [];
        return [{ layer: layer.position, reason: "what it gets are likelihoods already, not logits" }];
      }),
  },
  {
    name: "softmax-before-loss",
    meaning: "The losses want logarithms (nllLoss) or logits (crossEntropy), not likelihoods.",
    suggestion: "Use logSoftmax with nllLoss, or give the logits to crossEntropy, which has a softmax of its own.",
    find: (network) =>
      network.ends.flatMap((end) => {
        const last = network.nearestBefore(end, (one) => one.kind !== "reshape", true);
        return last
          .filter((layer) => layer.kind === "softmax" && !layer.log)
          .map(({ position }) => ({ layer: position, reason: "the network's result is a softmax without logarithm" }));
      }),
  },
  {
    name: "dropout-before-prediction",
    meaning: "What is dropped right before the prediction is missing there: no layer comes that could make up for it.",
    suggestion: "Put it after an earlier block, with p of 0.1 or less, or leave it out.",
    find: (network) => {
      const before = rightBeforePrediction(network, "dropout", ["reshape", "pool", "activation", "batchNorm"]);
      const after = afterPrediction(network).filter(kinds("dropout"));
      return [...before, ...after]
        .filter((layer) => layer.kind === "dropout" && layer.p > 0)
        .map((layer) => ({
          layer: layer.position,
          reason: `no other layer learns between this dropout and the prediction`,
        }));
    },
  },
  {
    name: "batch-norm-before-prediction",
    meaning: "How large the logits are says how sure the network is; batch norm at the prediction sets that anew.",
    suggestion: "Let the last batch norm stand with its ReLU after the last 3×3 convolution, and none after it.",
    find: (network) => {
      const onLogits = afterPrediction(network).filter(kinds("batchNorm"));
      const before = rightBeforePrediction(network, "batchNorm", ["reshape", "dropout"]);
      return [
        ...onLogits.map(({ position }) => ({ layer: position, reason: "it normalises the logits themselves" })),
        ...before.map(({ position }) => ({ layer: position, reason: "nothing stands between it and the prediction" })),
      ];
    },
  },
  {
    name: "flattened-pattern",
    meaning: "Flattening a 2D pattern into 1D throws its spatial meaning away: each place gets weights of its own.",
    suggestion: "Average over the places (AdaptiveAvgPool2d(1)) and predict with a 1×1 convolution.",
    find: (network) =>
      network.all("linear").flatMap((layer) => {
        const [source] = network.nearestBefore(layer, (one) => one.kind !== "reshape" && one.kind !== "dropout");
        const places = source && area(source);
        if (!places || places[0] * places[1] === 1 || source.outputs[0]!.reduce((a, b) => a * b) !== layer.inFeatures) {
          return [];
        }
        const weights = thousands(layer.inFeatures * layer.outFeatures);
        return [{ layer: layer.position, reason: `it flattens ${places.join("×")} places and has ${weights} weights` }];
      }),
  },
  {
    name: "too-few-features",
    meaning: "With fewer features than classes none has one of its own: what speaks for one class moves others too.",
    suggestion: "Give the last 3×3 convolution at least as many kernels as there are classes, better twice as many.",
    find: (network) =>
      network.predictions.flatMap((layer) => {
        const [features, classes] = ends(layer);
        if (features >= classes) return [];
        return [{ layer: layer.position, reason: `it predicts ${classes} classes from ${features} features` }];
      }),
  },
];

/** What one value of a layer is made of, and how many there are at a place. */
function ends(layer: Placed<LayerOf<"conv" | "linear">>): readonly [inputs: number, outputs: number] {
  if (layer.kind === "linear") return [layer.inFeatures, layer.outFeatures];
  const { inChannels, outChannels, groups, kernel } = layer;
  return [(inChannels / groups) * kernel[0] * kernel[1], outChannels];
}
