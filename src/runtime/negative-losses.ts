/**
 * Notices losses that cannot be: the negative log-likelihood is never below 0 unless its input holds no log-likelihoods.
 * PyTorch trains on without a word, towards −∞ with logits. So this is a warning, once, and not an error.
 */
import type { HostArray, Node } from "../graph/node.js";

/** What is said about each loss. */
const watched = new WeakMap<Node, string>();
const said = new Set<string>();

/** Rounding may make log-likelihoods a little larger than 0. */
const tolerance = 1e-3;

/** Watches a loss whenever it is computed. */
export function watchLoss(loss: Node, words: string): void {
  loss.keep = true; // it is read with every step, also if it is only a part of what backward() was called on
  watched.set(loss, words);
}

/** The same computation, which warns of negative losses among its outputs. */
export function noticingLosses(outputs: readonly Node[], run: () => HostArray[]): () => HostArray[] {
  const losses = outputs.flatMap((node, i) => (watched.has(node) ? [{ i, words: watched.get(node)! }] : []));
  if (losses.length === 0) return run;
  return () => {
    const values = run();
    for (const { i, words } of losses) {
      if (said.has(words) || !values[i]!.some((value) => value < -tolerance)) continue;
      said.add(words);
      console.warn(words);
    }
    return values;
  };
}
