/** The sections on a training: rules and answers, curves, configuration, time and memory, and warning signs. */
import { croppedEpochs } from "../../config/early-crop.js";
import { bytes, duration, percent, significant, whole } from "../../text/figures.js";
import { hasReference } from "../../exercise/reference-curve.js";
import { goalOf, verdictsTitle } from "../../exercise/rules.js";
import { accuracyChart, lossChart, lrChart, testLossChart } from "../run-charts.js";
import type { NetworkReport, RunReport } from "../run-report.js";
import { newAdvice } from "../../advice/training-advice.js";
import { html, type Html } from "./html.js";
import { section, table } from "./layout.js";
import { lineChart } from "./line-chart.js";

export function rulesSection({ verdicts, answers }: NetworkReport): Html {
  const cards = verdicts.map(
    ({ rule, shown, pass }) =>
      html`<li class="${pass ? "pass" : "fail"}">
        <span class="verdict">${pass ? "pass" : "FAIL"}</span> ${rule}<strong>${shown}</strong>
      </li>`,
  );
  const rows = answers.map(({ question, answer }) => [question, answer]);
  const questions = table(["question", "answer"], rows);
  if (verdicts.length === 0) return section("Questions", questions);
  return section(
    verdictsTitle(verdicts),
    html`<ul class="rules">
      ${cards}
    </ul>`,
    questions,
  );
}

export function curvesSection(runs: readonly RunReport[]): Html {
  return section(
    "Curves",
    html`<div class="grid">
      ${[accuracyChart, lossChart, testLossChart, lrChart].map((make) => lineChart(make(runs)))}
    </div>`,
  );
}

export function epochsSection({ curves }: RunReport): Html {
  const rows = curves.epochs.map(({ epoch, trainLoss, testLoss, correct, total, seconds }) => [
    epoch,
    significant(trainLoss),
    significant(testLoss),
    `${whole(correct)} of ${whole(total)}`,
    percent(correct / total),
    duration(seconds),
  ]);
  if (rows.length === 0) return section("Epochs", html`<p class="empty">No epoch has finished yet.</p>`);
  return section("Epochs", table(["epoch", "training loss", "test loss", "correct", "accuracy", "time"], rows));
}

/** A setting's value in one line: `onecycle (pctStart 0.3, …)`. */
export function settingText(value: unknown): string {
  if (value === null || value === undefined) return "not set";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  const { name, ...rest } = value as Record<string, unknown>;
  const inner = Object.entries(rest)
    .map(([key, one]) => `${key} ${settingText(one)}`)
    .join(", ");
  if (typeof name !== "string") return inner;
  return inner === "" ? name : `${name} (${inner})`;
}

export function configurationSection({ record }: RunReport): Html {
  const { config, data, versions, images } = record;
  const settings = Object.entries(config).map(([key, value]) => [key, settingText(value)]);
  const more = [
    ["image size", images.size.join(" × ")],
    ["normalised with mean, standard deviation", `${images.mean}, ${images.std}`],
    ["versions", `kilograd ${versions.kilograd}, Node ${versions.node}`],
    ...Object.entries(data).map(([file, hash]) => [file, `SHA-256 ${hash}`]),
  ];
  const rows = [...settings, ...more].map(
    ([key, value]) =>
      html`<tr>
        <td>${key}</td>
        <td class="text">${value}</td>
      </tr> `,
  );
  return section(
    "Configuration",
    html`<table class="names">
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

export function resourcesSection({ curves, network }: RunReport): Html {
  const { epochs, steps } = curves;
  const seconds = epochs.map((epoch) => epoch.seconds);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const peak = Math.max(...epochs.flatMap(({ peakMemory }) => peakMemory ?? []));
  const rows = [
    ["training steps", whole(steps)],
    ["time of all finished epochs, including tests", epochs.length > 0 ? duration(total) : "–"],
    ["mean time per epoch", duration(total / epochs.length)],
    ["peak memory of the process", Number.isFinite(peak) ? bytes(peak) : "not recorded"],
    ...(network ? [["memory of the parameters", bytes(4 * network.summary.totalParams)]] : []),
  ];
  return section("Time and memory", table(["", ""], rows));
}

/** What could have been known early on. */
export function signsSection({ record: { config, images, data }, curves: { epochs } }: RunReport): Html | false {
  const said = epochs.flatMap((_, i) =>
    newAdvice({
      budget: config.epochs,
      classes: images.classes.length,
      epochs: epochs.slice(0, i + 1),
      reference: hasReference(config.data, data),
      goal: goalOf({ config, data }),
      cropped: croppedEpochs(config),
      earlier: [],
    }),
  );
  if (said.length === 0) return false;
  const items = said.map(
    ({ epoch, sign, hopeless, text }) =>
      html`<li>After epoch ${epoch}, ${sign}${hopeless && " (hopeless)"}: ${text}</li>`,
  );
  return section(
    "Early signs",
    html`<ul>
      ${items}
    </ul>`,
  );
}
