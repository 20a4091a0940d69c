/**
 * Rounds as Python's formatting and `torch.round` do, so figures agree with tqdm's and torchsummary's to the last
 * digit.
 */

/** The nearest whole number; ties go to the even one. Python: `round(x)`, `f"{x:.0f}"`. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (Math.abs(floor) % 2) : Math.round(x);
}
