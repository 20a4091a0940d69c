/** A plan and its loop nests as text for people to read. */
import { counted } from "../text/counted.js";
import { printFunction } from "../wasm/printer.js";
import type { Kernel } from "../kernels/kernel.js";
import type { Plan } from "./planning/plan.js";
import type { Program } from "./program.js";
import type { Buffer } from "../kernels/views.js";

/** What runs in which stage, and where each buffer is in memory. */
export function formatPlan(plan: Plan): string {
  const lines = [
    `arena ${kib(plan.arenaBytes)}, scratch ${kib(plan.scratchBytes)} a thread, own ${kib(plan.ownBytes)}, ` +
      counted(plan.stages.length, "stage"),
    "",
  ];
  let number = 0;
  const list = (title: string, kernels: readonly Kernel[]): void => {
    if (kernels.length === 0) return;
    lines.push(title);
    for (const kernel of kernels) {
      const times = kernel.extent > 1 ? ` × ${kernel.extent}` : "";
      lines.push(`  k${number++}${times}  ${kernel.title}`);
      lines.push(`      reads ${buffers(kernel.reads)}; writes ${buffers(kernel.writes)}`);
    }
  };
  list("kept, run only when a variable has changed", plan.kept);
  list("prologue", plan.prologue);
  plan.stages.forEach((stage, i) => {
    list(`stage ${i}, all threads`, stage.parallel);
    list(`stage ${i}, then one thread`, stage.serial);
  });
  return `${lines.join("\n")}\n`;
}

/** The loop nests of all kernels. */
export function formatProgram(program: Program): string {
  return program.functions.map((func) => printFunction("write" in func ? func.write() : func)).join("\n");
}

function buffers(accesses: Kernel["reads"]): string {
  const names = new Set(accesses.map((access) => describe(access.view.buffer)));
  return names.size === 0 ? "nothing" : [...names].join(", ");
}

function describe(buffer: Buffer): string {
  const place = buffer.place;
  if (!place || place.kind === "slot") return buffer.name;
  return `${buffer.name}@${place.kind}+${place.at}`;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
