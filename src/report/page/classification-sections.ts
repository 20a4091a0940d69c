/** The sections on what a network gets right and wrong: classes, calibration, mistakes. */
import { counted } from "../../text/counted.js";
import { percent, significant, whole } from "../../text/figures.js";
import { reliabilityChart } from "../run-charts.js";
import type { Mistake, NetworkReport } from "../run-report.js";
import { html, type Html } from "./html.js";
import { scrollingTable, section, table } from "./layout.js";
import { lineChart } from "./line-chart.js";
import { greyPicture, image } from "./picture.js";

type ClassNames = readonly string[];

const nameOf = (classes: ClassNames, c: number): string => classes[c] ?? String(c);
/** `7` for `7 - seven`, where space is short. */
const shortName = (classes: ClassNames, c: number): string => nameOf(classes, c).split(" - ")[0]!.slice(0, 12);

export function classSection({ matrix, scores }: NetworkReport, classes: ClassNames): Html {
  const rows = scores.map(({ precision, recall, f1, support }, c) => [
    nameOf(classes, c),
    percent(precision),
    percent(recall),
    percent(f1),
    whole(support),
  ]);
  return section(
    "Class by class",
    html`<div class="grid">
      <div>
        <h3>Confusion matrix</h3>
        ${confusion(matrix, classes)}
      </div>
      <div>
        <h3>Precision and recall</h3>
        ${table(["class", "precision", "recall", "F1", "images"], rows)}
        <p class="quiet">
          Precision: of the images predicted as a class, the share that belongs to it. Recall: of the images that belong
          to a class, the share predicted as it.
        </p>
      </div>
    </div>`,
  );
}

/** Opacity grows with the square root, so that single mistakes show next to a thousand correct answers. */
function confusion(matrix: NetworkReport["matrix"], classes: ClassNames): Html {
  const largest = { on: 1, off: 1 };
  matrix.forEach((row, i) =>
    row.forEach((count, j) => (largest[i === j ? "on" : "off"] = Math.max(largest[i === j ? "on" : "off"], count))),
  );
  const cell = (count: number, i: number, j: number): Html => {
    const kind = i === j ? "on" : "off";
    const alpha = count === 0 ? 0 : 0.08 + 0.5 * Math.sqrt(count / largest[kind]);
    return html`<td class="${kind}" style="--a:${significant(alpha, 2)}">${count === 0 && i !== j ? "" : count}</td>`;
  };
  const head = matrix.map((_, c) => html`<th scope="col">${shortName(classes, c)}</th>`);
  const body = matrix.map(
    (row, i) =>
      html`<tr>
        <th scope="row">${shortName(classes, i)}</th>
        ${row.map((count, j) => cell(count, i, j))}
      </tr> `,
  );
  return html`${scrollingTable("confusion", [html`<th></th>`, ...head], body)}
    <p class="quiet">Rows: the true class. Columns: the predicted class.</p>`;
}

export function calibrationSection(name: string, { calibration }: NetworkReport): Html {
  const { bins, ece, undefined: missing } = calibration;
  const rows = bins
    .filter(({ count }) => count > 0)
    .map(({ from, to, count, confidence, accuracy }) => [
      `${percent(from, 0)} to ${percent(to, 0)}`,
      whole(count),
      percent(confidence),
      percent(accuracy),
    ]);
  return section(
    "Calibration",
    html`<p>
      Expected calibration error: <strong>${percent(ece)}</strong> (${counted(bins.length, "bin")}; Guo et al. 2017). A
      calibrated network is right as often as its confidence says.
    </p>`,
    missing > 0 &&
      html`<p>
        ${whole(missing)} ${missing === 1 ? "image has" : "images have"} no likelihood, because the network returned
        NaN.
      </p>`,
    html`<div class="grid">
      ${lineChart(reliabilityChart([{ name, calibration }]))}${table(["confidence", "images", "mean confidence", "accuracy"], rows)}
    </div>`,
  );
}

export function mistakesSection({ mistakes, wrong, total }: NetworkReport, classes: ClassNames): Html {
  if (wrong === 0) return section("Mistakes", html`<p>All ${whole(total)} test images are classified correctly.</p>`);
  const shown = mistakes.length < wrong ? `; the ${mistakes.length} most confident are shown` : "";
  return section(
    "Mistakes",
    html`<p>
      ${whole(wrong)} of ${whole(total)} test images are wrong, the surest first${shown}. The number is the image's
      index in the test data, from 0.
    </p>`,
    html`<ol class="mistakes">
      ${mistakes.map((mistake) => mistakeItem(mistake, classes))}
    </ol>`,
  );
}

function mistakeItem(
  { index, label, predicted, confidence, ofLabel, image: { pixels, width, height } }: Mistake,
  classes: ClassNames,
): Html {
  const [right, taken] = [shortName(classes, label), shortName(classes, predicted)];
  const picture = image(greyPicture(pixels, width, height), 3, `test image ${index}: ${right}, predicted ${taken}`);
  return html`<li>
    ${picture}<br /><strong>${right}</strong> taken for <strong>${taken}</strong><br />${percent(confidence, 1)} sure<br /><span
      class="quiet"
      >${right}: ${percent(ofLabel, 1)}<br />№ ${index}</span
    >
  </li>`;
}
