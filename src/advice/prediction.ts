/** Where a layer stands in relation to the prediction. */
import type { LayerKind } from "../inspect/layer.js";
import { unique, type Network, type Placed } from "./network.js";

/** All layers between the prediction and the network's output. */
export function afterPrediction(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.layers.filter(
    (layer) =>
      !predictions.includes(layer) && predictions.some((prediction) => network.allBefore(layer).includes(prediction)),
  );
}

/** Layers of a kind that come before the prediction, with only layers of the kinds in `passes` in between. */
export function rightBeforePrediction(network: Network, kind: LayerKind, passes: readonly LayerKind[]): Placed[] {
  const stops = (layer: Placed): boolean => !passes.includes(layer.kind);
  const found = network.predictions.flatMap((prediction) => network.nearestBefore(prediction, stops));
  return unique(found).filter((layer) => layer.kind === kind);
}
