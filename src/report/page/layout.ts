/** What all pages share: the document around the sections, and tables. */
import { Html, html, type HtmlPart } from "./html.js";
import { style } from "./style.js";

/** The page loads nothing and runs no script, whatever the names in a run are. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** A whole document, as text. */
export function page(title: string, sections: readonly HtmlPart[]): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}" />
        <title>${title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        ${sections}
      </body>
    </html> `;
  return document.text;
}

/** A heading with its content. */
export function section(title: string, ...content: readonly HtmlPart[]): Html {
  return html`<section>
    <h2>${title}</h2>
    ${content}
  </section> `;
}

/** A table with names in its first column. */
export function table(head: readonly HtmlPart[], rows: readonly (readonly HtmlPart[])[]): Html {
  const titles = head.map((title) => html`<th scope="col">${title}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell) => html`<td>${cell}</td>`)}
      </tr> `,
  );
  return scrollingTable("names", titles, body);
}

/** A table that scrolls where it is wider than the page. */
export function scrollingTable(kind: string, head: HtmlPart, body: HtmlPart): Html {
  return html`<div class="scroll" tabindex="0">
    <table class="${kind}">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
