/** The float64 reference as an engine, for tests: slow, exact, and no WebAssembly. */
import { evaluate, toHostArray } from "./reference.js";
import type { Engine } from "../runtime/engine.js";
import { WaitingWork } from "../runtime/waiting-work.js";

const waitingWork = new WaitingWork();

export const referenceEngine: Engine = {
  waitingWork,
  prepare: (outputs, updates, verify) => () => {
    waitingWork.run();
    const values = evaluate([...outputs, ...updates.map((update) => update.value)]);
    const results = outputs.map((node, i) => toHostArray(values[i]!, node.dtype));
    verify?.(results);
    updates.forEach(({ variable }, i) => variable.write(toHostArray(values[outputs.length + i]!, variable.dtype)));
    return results;
  },
};
