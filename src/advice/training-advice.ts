/**
 * Knowing early that a network is not doing well: advice on a training after an epoch, by comparing its epochs with the
 * reference curve and with earlier runs.
 */
import { recordWith } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import { last, type TrainingProgress } from "./progress.js";
import type { TrainingAdvice } from "./sign.js";
import { signs } from "./signs/index.js";

const ofAdviseTraining = new Signature("adviseTraining", [
  required(
    "progress",
    recordWith("what is known of the training, { budget, classes, epochs, … }", "epochs", "earlier"),
  ),
]);

/**
 * Says what is wrong with a training after its last finished epoch.
 * @param progress its epochs, at least one, and what they are compared with
 * @returns a line for each sign; nothing if all is well
 * @example
 * const epoch = { epoch: 1, trainLoss: 2.3, testLoss: 2.3, correct: 1000, total: 10_000, seconds: 20 };
 * const advice = adviseTraining({ budget: 8, classes: 10, epochs: [epoch], reference: true, cropped: 0, earlier: [] });
 * advice.map(({ sign }) => sign); // ["not learning"]
 */
export function adviseTraining(progress: TrainingProgress): TrainingAdvice[] {
  ofAdviseTraining.read(arguments);
  const { epoch } = last(progress.epochs);
  return signs.flatMap(({ name, byTests, look }) => {
    const finding = byTests && epoch <= progress.cropped ? undefined : look(progress);
    return finding ? [{ epoch, sign: name, ...finding }] : [];
  });
}

const ofNewAdvice = new Signature("newAdvice", [
  required(
    "progress",
    recordWith("what is known of the training, { budget, classes, epochs, … }", "epochs", "earlier"),
  ),
]);

/**
 * Says what is wrong with a training after its last finished epoch, without what was already said after an earlier one.
 * What has become hopeless is said again.
 * @param progress its epochs, at least one, and what they are compared with
 * @returns a line for each new sign
 * @example
 * const epoch = (epoch: number) => ({ epoch, trainLoss: 2.3, testLoss: 2.3, correct: 1000, total: 10_000, seconds: 20 });
 * const rest = { budget: 8, classes: 10, reference: true, cropped: 0, earlier: [] };
 * newAdvice({ ...rest, epochs: [epoch(1)] }).map(({ hopeless }) => hopeless); // [false]
 * newAdvice({ ...rest, epochs: [epoch(1), epoch(2), epoch(3)] }).filter(({ sign }) => sign === "not learning"); // []
 */
export function newAdvice(progress: TrainingProgress): TrainingAdvice[] {
  ofNewAdvice.read(arguments);
  const said = new Set<string>();
  for (let done = 1; done < progress.epochs.length; done++) {
    const before = adviseTraining({ ...progress, epochs: progress.epochs.slice(0, done) });
    for (const { sign, hopeless } of before) said.add(sign).add(`${sign} ${hopeless}`);
  }
  return adviseTraining(progress).filter(({ sign, hopeless }) => !said.has(hopeless ? `${sign} true` : sign));
}
