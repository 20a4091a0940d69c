/**
 * The signs that a training is not going well, in the order in which they are told. A new one is a file in this folder,
 * plus an import and an entry here. How often each is right is measured over recorded runs: docs/know-early.md.
 */
import type { Sign } from "../sign.js";
import { sign as behind } from "./behind.js";
import { sign as deadRelus } from "./dead-relus.js";
import { sign as diverging } from "./diverging.js";
import { sign as notLearning } from "./not-learning.js";
import { sign as overfitting } from "./overfitting.js";
import { sign as underfitting } from "./underfitting.js";
import { sign as vanishingGradients } from "./vanishing-gradients.js";

/** All signs, in the order in which they are looked for. */
export const signs: readonly Sign[] = [
  notLearning,
  diverging,
  behind,
  underfitting,
  overfitting,
  deadRelus,
  vanishingGradients,
];
