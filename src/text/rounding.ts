/** Rounding as Python prints and `torch.round` rounds: what tqdm and torchsummary show agrees to the last digit. */

/** The nearest whole number; of two equally near ones the even one. Python: `round(x)`, `f"{x:.0f}"`. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (Math.abs(floor) % 2) : Math.round(x);
}
