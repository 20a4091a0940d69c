/** The sections on the network: its layers, its kernels and its activation maps. */
import { counted } from "../../text/counted.js";
import { drawNetwork } from "../../inspect/drawing.js";
import { layerTitle } from "../../inspect/inspect-table.js";
import { whole } from "../../text/figures.js";
import type { KernelView } from "../network-views.js";
import type { DigitView, NetworkReport } from "../run-report.js";
import { html, type Html } from "./html.js";
import { section, table } from "./layout.js";
import { greyPicture, image, svgUri, tilesPicture } from "./picture.js";

/** The largest width of a picture, in screen pixels. */
const WIDE = 560;

export function summarySection({ summary }: NetworkReport): Html {
  const { rows, totalParams, trainableParams, outputs } = summary;
  const shapes = (all: (typeof rows)[number]["outputs"]): string =>
    all.map((shape) => `[${shape.join(", ")}]`).join(" ");
  return section(
    "Network",
    table(
      ["layer", "output (N, C, H, W)", "parameters"],
      [
        ...rows.map(({ layer, outputs: given, params }) => [layer, shapes(given), whole(params)]),
        ["all", "", whole(totalParams)],
      ],
    ),
    html`<p class="quiet">
      ${whole(trainableParams)} of the parameters are trained. The layers give ${whole(outputs)} numbers for an image.
    </p>`,
  );
}

/** The drawing as a separate picture, so that its style sheet and the page's do not mix. */
export function adviceSection({ inspection, advice }: NetworkReport): Html {
  const items = advice.map(
    ({ rule, layer, reason, meaning, suggestion }) =>
      html`<li>
        <strong>${rule}</strong>, layer ${layer} (${layerTitle(inspection.layers[layer]!)}): ${reason}. ${meaning} Try:
        ${suggestion}
      </li>`,
  );
  const said =
    items.length > 0
      ? html`<ul>
          ${items}
        </ul>`
      : html`<p>No advice: the network follows the rules of the course.</p>`;
  return section(
    "What the layers see and cost",
    said,
    html`<div class="scroll drawing" tabindex="0">
      <img src="${svgUri(drawNetwork(inspection, advice))}" alt="each layer with its receptive field and its cost" />
    </div>`,
  );
}

const CUT = ", the first of which are shown";

function kernelFigure({ layer, outputs, inputs, height, width, kernels, cut }: KernelView): Html {
  const columns = inputs === 1 ? Math.min(16, outputs) : inputs;
  const picture = tilesPicture({ width, height, tiles: kernels }, columns);
  const count = counted(outputs, "kernel");
  const what = inputs === 1 ? count : `${count} (rows) for ${inputs} input channels (columns)`;
  const caption = `${layer}: ${what} of ${height}×${width}${cut ? CUT : ""}`;
  return html`<figure>
    ${image(picture, zoomFor(picture.width, 12), caption)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function zoomFor(width: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(WIDE / width)));
}

export function kernelsSection({ kernels }: NetworkReport): Html {
  const content =
    kernels.length > 0
      ? kernels.map(kernelFigure)
      : html`<p class="empty">The network has no convolution with a kernel larger than 1×1.</p>`;
  return section(
    "Kernels of the first layers",
    html`<p class="quiet">
      Blue weights are positive, red weights negative, white weights zero. Each layer has its own scale.
    </p>`,
    html`<div class="maps">${content}</div>`,
  );
}

export function mapsSection({ digits }: NetworkReport, classes: readonly string[]): Html | false {
  return (
    digits.length > 0 &&
    section(
      "Activation maps",
      html`<p class="quiet">
        The layers' activations for a test image, after ReLU. Darker is stronger. Each layer has its own scale.
      </p>`,
      digits.map((digit) => digitMaps(digit, classes)),
    )
  );
}

function digitMaps(
  { index, label, image: { pixels, width, height }, layers }: DigitView,
  classes: readonly string[],
): Html {
  const name = classes[label] ?? String(label);
  const input = html`<figure>
    ${image(greyPicture(pixels, width, height), 4, `test image ${index}`)}
    <figcaption>test image ${index}</figcaption>
  </figure>`;
  const maps = layers.map(({ layer, channels, height: h, width: w, maps: tiles, cut }) => {
    const columns = Math.min(8, tiles.length);
    const picture = tilesPicture({ width: w, height: h, tiles }, columns);
    const caption = `${layer}: ${counted(channels, "map")} of ${h}×${w}${cut ? CUT : ""}`;
    return html`<figure>
      ${image(picture, zoomFor(picture.width, 6), caption)}
      <figcaption>${caption}</figcaption>
    </figure>`;
  });
  return html`<h3>${name}</h3>
    <div class="maps">${input}${maps}</div>`;
}
