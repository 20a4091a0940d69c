/** The page's program, for a bundler or an import map: shows what `train` returns. */
const output = document.querySelector("output");

try {
  const { train } = await import("./train.js");
  const { losses, weights } = train();
  output.textContent = `loss ${losses[0].toFixed(4)} → ${losses.at(-1).toFixed(4)}, weights ${weights}`;
} catch (error) {
  output.textContent = `The training failed. ${error.message}`;
  throw error;
}
