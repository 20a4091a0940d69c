/** Node: `node main.js`. Deno: `deno run --allow-read main.js`. Bun: `bun main.js`. */
import { train } from "./train.js";

const { losses, weights } = train();
console.log(`loss ${losses[0].toFixed(4)} → ${losses.at(-1).toFixed(4)}, weights ${weights}`);
