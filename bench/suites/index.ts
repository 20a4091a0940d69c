/** All suites by their names for `--only`, in the order they run. */
import { batches } from "./batches.js";
import { data } from "./data.js";
import { inference } from "./inference.js";
import { rounding } from "./rounding.js";
import { size } from "./size.js";
import { startUp } from "./start-up.js";
import type { Suite } from "./suite.js";
import { training } from "./training.js";

export const suites: Readonly<Record<string, Suite>> = { size, startUp, rounding, inference, data, batches, training };
