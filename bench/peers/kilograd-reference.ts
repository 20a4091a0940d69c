/** kilograd's float64 reference as a peer, for gradients: naive, exact, slow. It is not a public name, so it comes from src. */
import { evaluate } from "../../src/reference/reference.js";
import { serve } from "../harness/serve.js";
import { gradientGraph } from "./gradient-graph.js";

await serve("kilograd's float64 reference", (task) => ({
  check() {
    if (task.kind !== "gradients" && task.kind !== "convolution") throw new Error("the reference is for gradients");
    const graph = gradientGraph(task);
    const values = evaluate([...graph.values()].map(({ node }) => node));
    return { values: Object.fromEntries([...graph.keys()].map((name, i) => [name, [...values[i]!.data]])) };
  },
}));
