/** Checks properties on random cases, and reproduces a failing case. */
import fc from "fast-check";

/**
 * Checks a property on new random cases each time. The error contains the seed and path of a failing case;
 * `KILOGRAD_SEED` and `KILOGRAD_PATH` reproduce it.
 */
export function checkRandomly<Ts>(property: fc.IProperty<Ts>, numRuns: number): void {
  report(fc.check(property, parameters(numRuns)));
}

/** The same for a property whose check takes time. */
export async function checkRandomlyAsync<Ts>(property: fc.IAsyncProperty<Ts>, numRuns: number): Promise<void> {
  report(await fc.check(property, parameters(numRuns)));
}

function parameters<Ts>(numRuns: number): fc.Parameters<Ts> {
  const { KILOGRAD_SEED: seed, KILOGRAD_PATH: path } = process.env;
  return {
    numRuns,
    ...(seed !== undefined && { seed: Number(seed) }),
    // That case alone, instead of looking for still smaller ones from there.
    ...(path !== undefined && { path, endOnFailure: true }),
  };
}

function report<Ts>(details: fc.RunDetails<Ts>): void {
  if (!details.failed) return;
  const again = `KILOGRAD_SEED=${details.seed} KILOGRAD_PATH=${details.counterexamplePath}`;
  const problem = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  throw new Error(`${problem}\n${fc.defaultReportMessage(details) ?? ""}\nTo try this case again, set ${again}`);
}
