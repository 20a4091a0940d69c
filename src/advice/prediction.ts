/** Where a layer stands in relation to the prediction. */
import type { LayerKind, LayerOf } from "../inspect/layer.js";
import type { Network, Placed } from "./network.js";

/** All layers between the prediction and the network's output. */
export function afterPrediction(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.layers.filter(
    (layer) =>
      !predictions.includes(layer) && predictions.some((prediction) => network.allBefore(layer).includes(prediction)),
  );
}

/** Layers of a kind that come before a prediction, with only layers of the kinds in `passes` in between. */
export function rightBeforePrediction<K extends LayerKind>(
  network: Network,
  prediction: Placed,
  kind: K,
  passes: readonly LayerKind[],
): Placed<LayerOf<K>>[] {
  return network
    .nearestBefore(prediction, (layer) => !passes.includes(layer.kind))
    .filter((layer): layer is Placed<LayerOf<K>> => layer.kind === kind);
}
