import { leastCorrect } from "../../exercise/rules.js";
import { REFERENCE_TOTAL, referenceCurve } from "../../exercise/reference-curve.js";
import { percent } from "../../text/figures.js";
import {
  accuracy,
  clearlyMore,
  errors,
  fewestErrors,
  goalIn,
  last,
  SURE_FROM,
  type TrainingProgress,
} from "../progress.js";
import type { Sign } from "../sign.js";

/** At best, errors fall to the square of the share of epochs that is done, but never to a smaller share than this. */
const BEST_FALL = 0.05;

export const sign: Sign = { name: "behind", byTests: true, look };

/** Behind the reference or the earlier runs. Hopeless if the goal is out of reach even at the best fall of errors. */
function look(progress: TrainingProgress): ReturnType<Sign["look"]> {
  const { epochs, budget } = progress;
  const now = last(epochs);
  if (now.epoch < SURE_FROM || now.epoch >= budget) return undefined;
  const hopeless = outOfReach(progress);
  const compared = comparisons(progress);
  const better = compared.filter(({ errorShare }) => clearlyMore(errors(now), now.total * errorShare));
  if (hopeless === undefined && better.length === 0) return undefined;
  const others = compared.map(({ who, shown }) => `${who} had ${shown}`).join(", ");
  const text = `${accuracy(now)} after epoch ${now.epoch} of ${budget}${others && ` (${others})`}`;
  if (hopeless !== undefined) return { text: `${text}; ${hopeless}`, hopeless: true };
  const ran = better.find(({ runs }) => runs > 0);
  const hint = ran
    ? `what did ${ran.runs === 1 ? "that run" : "those runs"} do differently?`
    : "try another learning rate, or compare the network's layers with the exercise's";
  return { text: `${text}: ${hint}`, hopeless: false };
}

/** The results of others after the same epoch. Of several earlier runs, the worst counts. */
function comparisons({ epochs, reference, earlier }: TrainingProgress) {
  const { epoch } = last(epochs);
  const found: { runs: number; who: string; shown: string; errorShare: number }[] = [];
  const known = reference ? referenceCurve[epoch - 1] : undefined;
  if (known) {
    // From counts, because 1 − 0.9858 is less than 0.0142 in floating point.
    const errorShare = (REFERENCE_TOTAL - known.correct) / REFERENCE_TOTAL;
    found.push({ runs: 0, who: "the reference", shown: percent(known.correct / REFERENCE_TOTAL), errorShare });
  }
  const then = earlier.flatMap((run) => run[epoch - 1] ?? []).sort((a, b) => a.correct / a.total - b.correct / b.total);
  if (then.length > 0) {
    const [worst, best] = [then[0]!, last(then)];
    const who = then.length === 1 ? "an earlier run" : `${then.length} earlier runs`;
    const shown = then.length === 1 ? accuracy(worst) : `${accuracy(worst)} to ${accuracy(best)}`;
    found.push({ runs: then.length, who, shown, errorShare: errors(worst) / worst.total });
  }
  return found;
}

/** If the goal is out of reach, says so in words. */
function outOfReach(progress: TrainingProgress): string | undefined {
  const { epochs, budget, earlier } = progress;
  const goal = goalIn(progress);
  if (goal === undefined) return undefined;
  const { epoch, total } = last(epochs);
  const allowed = total - leastCorrect(total, goal);
  // A run without any errors left had no fall to compare with.
  const falls = earlier
    .filter((run) => fewestErrors(run.slice(0, epoch)) > 0)
    .map((run) => fewestErrors(run) / fewestErrors(run.slice(0, epoch)));
  const fall = Math.min(Math.max(BEST_FALL, (epoch / budget) ** 2), ...falls);
  const least = Math.floor(fewestErrors(epochs) * fall);
  if (least <= allowed) return undefined;
  return `at best ${least} errors will remain at the end, and only ${allowed} are allowed`;
}
