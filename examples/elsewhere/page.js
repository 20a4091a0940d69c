/** The page's program, for a bundler or an import map: shows what `train` returns. */
import { train } from "./train.js";

const { losses, weights } = train();
document.querySelector("output").textContent =
  `loss ${losses[0].toFixed(4)} → ${losses.at(-1).toFixed(4)}, weights ${weights}`;
