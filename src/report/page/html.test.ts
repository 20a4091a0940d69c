import assert from "node:assert/strict";
import { test } from "node:test";
import { html } from "./html.js";

test("values are escaped in text and in attributes; nested templates are not escaped again", () => {
  const inner = html`<b title="${`"'`}">${"<i>&</i>"}</b>`;
  assert.equal(
    html`<p>${inner}${[1, html`<br />`, false, undefined]}</p>`.text,
    `<p><b title="&quot;&#39;">&lt;i&gt;&amp;&lt;/i&gt;</b>1<br /></p>`,
  );
});
