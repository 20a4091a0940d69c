/** The report on one run as a self-contained page, good enough to hand in. */
import { recordWith } from "../../errors/record-kinds.js";
import { Signature, required } from "../../errors/signature.js";
import { whole } from "../../text/figures.js";
import type { RunReport } from "../run-report.js";
import { calibrationSection, classSection, mistakesSection } from "./classification-sections.js";
import { html, type Html } from "./html.js";
import { page } from "./layout.js";
import { adviceSection, kernelsSection, mapsSection, summarySection } from "./network-sections.js";
import {
  configurationSection,
  curvesSection,
  epochsSection,
  resourcesSection,
  rulesSection,
  signsSection,
} from "./training-sections.js";

const ofRunPage = new Signature("runPage", [
  required("report", recordWith("what gatherRunReport() returns", "record", "curves")),
]);

/**
 * Writes the report on one run as a page.
 * @param report what `gatherRunReport` returned
 * @returns an HTML document that has no scripts and loads nothing
 * @example
 * const run = Run.open("runs/first");
 * const page = runPage(gatherRunReport({ name: "first", record: run.record, metrics: run.metrics() }));
 * page.includes("<h1>first</h1>"); // true
 */
export function runPage(report: RunReport): string {
  ofRunPage.read(arguments);
  const { network, record, name } = report;
  const { classes } = record.images;
  return page(`kilograd: ${name}`, [
    header(report),
    network
      ? rulesSection(network)
      : html`<p class="empty">The training ended before its first checkpoint: there are no weights to test.</p>`,
    curvesSection([report]),
    epochsSection(report),
    signsSection(report),
    network && [classSection(network, classes), calibrationSection(name, network), mistakesSection(network, classes)],
    network && [
      summarySection(network),
      adviceSection(network),
      kernelsSection(network),
      mapsSection(network, classes),
    ],
    resourcesSection(report),
    configurationSection(report),
  ]);
}

function header({ name, record: { config }, curves, network }: RunReport): Html {
  const done = network?.epochs ?? curves.epochs.length;
  const unfinished = done < config.epochs || curves.epochs.length < config.epochs;
  return html`<header>
    <h1>${name}</h1>
    <p class="quiet">
      The network <strong>${config.net}</strong> on ${config.data}, with the recipe ${config.recipe} and seed
      ${config.seed}: ${whole(curves.epochs.length)} of ${whole(config.epochs)}
      epochs${unfinished && "; the training is not finished"}.
    </p>
  </header> `;
}
