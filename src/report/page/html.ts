/** HTML and SVG from templates that escape every value, except those made by such a template. */
import { escapeMarkup } from "../../text/markup.js";

/**
 * Text that is already HTML, and is not escaped again.
 * @example
 * const axis = { kind: "linear", format: String } as const;
 * const figure = lineChart({ title: "Loss", x: { label: "step", ...axis }, y: { label: "loss", ...axis }, series: [] });
 * figure.text.startsWith("<figure"); // true
 */
export class Html {
  /** @param text the HTML */
  constructor(readonly text: string) {}

  /**
   * Returns the HTML.
   * @returns the same as `text`
   * @example
   * const axis = { kind: "linear", format: String } as const;
   * const figure = lineChart({ title: "Loss", x: { label: "step", ...axis }, y: { label: "loss", ...axis }, series: [] });
   * `${figure}` === figure.text; // true
   */
  toString(): string {
    return this.text;
  }
}

/** What a template accepts; `false` and `undefined` produce nothing. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[];

/** @example html`<td>${name}</td>` */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  return new Html(strings.reduce((text, string, i) => text + render(values[i - 1]) + string));
}

function render(part: HtmlPart): string {
  if (part === false || part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escapeMarkup(String(part));
}
