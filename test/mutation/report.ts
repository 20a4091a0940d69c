/** What came of the mutants: a score for each folder, and the survivors. */

export interface Verdict {
  /** The folder of which the mutant was drawn, or a named mutation's name. */
  readonly group: string;
  /** The mutant in one line. */
  readonly mutant: string;
  readonly status: "killed" | "timed out" | "survived" | "not reached";
  /** What killed it: a test file, with the test that failed. */
  readonly killedBy?: string;
}

export const isCaught = ({ status }: Verdict): boolean => status === "killed" || status === "timed out";

/** A table in Markdown: a row for each folder. */
export function scoreTable(verdicts: readonly Verdict[]): string {
  const rows = [...new Set(verdicts.map(({ group }) => group))].map((group) => {
    const all = verdicts.filter((verdict) => verdict.group === group);
    const count = (status: Verdict["status"]): number => all.filter((verdict) => verdict.status === status).length;
    const score = Math.round((100 * all.filter(isCaught).length) / all.length);
    const counts = [count("killed"), count("timed out"), count("survived"), count("not reached")];
    return `| ${[`\`${group}\``, all.length, ...counts, `${score} %`].join(" | ")} |`;
  });
  const heads = ["Folder", "Mutants", "Killed", "Timed out", "Survived", "Not reached", "Score"];
  return [`| ${heads.join(" | ")} |`, `|---${"|--:".repeat(heads.length - 1)}|`, ...rows, ""].join("\n");
}
