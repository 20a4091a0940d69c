/**
 * Knowing early that a network is not doing well: advice on a training after an epoch, by comparing its epochs with the
 * reference curve and with earlier runs.
 */
import { last, type TrainingProgress } from "./progress.js";
import type { TrainingAdvice } from "./sign.js";
import { signs } from "./signs/index.js";

/**
 * The advice on a training after its last finished epoch.
 * @example adviseTraining({ budget: 8, classes: 10, epochs, reference: true, cropped: 0, earlier: [] }).some((a) => a.hopeless)
 */
export function adviseTraining(progress: TrainingProgress): TrainingAdvice[] {
  const { epoch } = last(progress.epochs);
  return signs.flatMap(({ name, byTests, look }) => {
    const finding = byTests && epoch <= progress.cropped ? undefined : look(progress);
    return finding ? [{ epoch, sign: name, ...finding }] : [];
  });
}

/** The same, without advice that an earlier epoch gave already, unless it has become hopeless since. */
export function newAdvice(progress: TrainingProgress): TrainingAdvice[] {
  const said = new Set<string>();
  for (let done = 1; done < progress.epochs.length; done++) {
    const before = adviseTraining({ ...progress, epochs: progress.epochs.slice(0, done) });
    for (const { sign, hopeless } of before) said.add(sign).add(`${sign} ${hopeless}`);
  }
  return adviseTraining(progress).filter(({ sign, hopeless }) => !said.has(hopeless ? `${sign} true` : sign));
}
