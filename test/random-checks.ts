/** Checks properties on random cases, and reproduces a failing case. */
import fc from "fast-check";

/**
 * Checks a property on new random cases each time. The error contains the seed and path of a failing case;
 * `KILOGRAD_SEED` and `KILOGRAD_PATH` reproduce it.
 */
export function checkRandomly<Ts>(property: fc.IProperty<Ts>, numRuns: number): void {
  const { KILOGRAD_SEED: seed, KILOGRAD_PATH: path } = process.env;
  const details = fc.check(property, {
    numRuns,
    ...(seed !== undefined && { seed: Number(seed) }),
    // That case alone, instead of looking for still smaller ones from there.
    ...(path !== undefined && { path, endOnFailure: true }),
  });
  if (!details.failed) return;
  const again = `KILOGRAD_SEED=${details.seed} KILOGRAD_PATH=${details.counterexamplePath}`;
  const problem = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  throw new Error(`${problem}\n${fc.defaultReportMessage(details) ?? ""}\nTo try this case again, set ${again}`);
}
