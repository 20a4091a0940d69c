/** The style sheet of a report: light and dark, wide and narrow, and on paper. */

/** The style of charts; colours come from the page. */
const chartStyle = `svg .grid { stroke: var(--line); fill: none; } svg .axis { stroke: var(--quiet); fill: none; }
svg .tick { fill: var(--quiet); font-size: 13px; } svg .label { fill: var(--text); font-size: 14px; }
svg .line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
svg .band { fill: currentColor; opacity: .2; } svg .dot { fill: currentColor; }
.series-1 { color: var(--c1); } .series-2 { color: var(--c2); } .series-3 { color: var(--c3); }
.series-4 { color: var(--c4); } .series-5 { color: var(--c5); } .series-6 { color: var(--c6); }
.reference { color: var(--ref); } .reference .line { stroke-dasharray: 5 4; }
`;

/** The style sheet of a chart in a file of its own, on white. */
export const chartFileStyle = `
svg { --text: #1c1d1f; --quiet: #5c6066; --line: #d9dbde; background: #fff; font-family: system-ui, sans-serif;
  --c1: #2166ac; --c2: #c2570c; --c3: #2f7d32; --c4: #8e3f9e; --c5: #9a7400; --c6: #b0305c; --ref: #74787e; }
${chartStyle}`;

export const style = `
:root {
  color-scheme: light dark;
  --page: #fcfcfb; --text: #1c1d1f; --quiet: #5c6066; --line: #d9dbde; --soft: #f1f2f3;
  --good: #1a7f37; --bad: #c02626; --heat: 33 102 172; --wrong: 192 38 38;
  --c1: #2166ac; --c2: #c2570c; --c3: #2f7d32; --c4: #8e3f9e; --c5: #9a7400; --c6: #b0305c; --ref: #74787e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181b; --text: #e7e8ea; --quiet: #a0a5ac; --line: #383c42; --soft: #202327;
    --good: #58c878; --bad: #ff7b72; --heat: 90 160 235; --wrong: 240 100 90;
    --c1: #6cb0f5; --c2: #f59b55; --c3: #6fcf78; --c4: #cf8ee0; --c5: #dcb54a; --c6: #f084a8; --ref: #9aa0a8;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 76rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { max-width: 46rem; margin: .5rem 0; }
.quiet, .empty { color: var(--quiet); }
.grid { display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); align-items: start; }
.rules { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); padding: 0; margin: 1rem 0; list-style: none; }
.rules li { border: 1px solid var(--line); border-left: 5px solid var(--bad); border-radius: 4px; padding: .6rem .8rem; }
.rules li.pass { border-left-color: var(--good); }
.rules strong { display: block; font-size: 1.1rem; }
.verdict { color: var(--bad); font-weight: 600; }
.pass .verdict { color: var(--good); }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
td { white-space: nowrap; }
th { font-weight: 600; }
.names th:first-child, .names td:first-child, td.text { text-align: left; white-space: normal; overflow-wrap: break-word; max-width: 24rem; }
.names th:first-child, .names td:first-child { min-width: 5.8em; }
td.text { overflow-wrap: anywhere; max-width: none; }
thead th { vertical-align: bottom; }
.confusion td { min-width: 2.6rem; text-align: center; border: 1px solid var(--page); background: rgb(var(--tint, var(--heat)) / var(--a, 0)); }
.confusion td.off { --tint: var(--wrong); }
.confusion th { border: 0; text-align: center; }
.confusion tbody th { text-align: right; white-space: nowrap; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
.chart > svg { display: block; width: 100%; height: auto; max-width: 40rem; }
${chartStyle}.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; margin: .25rem 0 0; font-size: .9rem; }
.legend svg { vertical-align: middle; }
img { image-rendering: pixelated; max-width: 100%; height: auto; vertical-align: top; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); gap: .75rem; list-style: none; padding: 0; font-size: .8rem; line-height: 1.3; }
.mistakes li { break-inside: avoid; }
.mistakes img { width: 100%; max-width: 6.4rem; border: 1px solid var(--line); }
.drawing img { image-rendering: auto; max-width: none; }
.maps { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: flex-start; }
.maps img { background: var(--line); padding: 1px; }
.maps figcaption { font-weight: 400; font-size: .9rem; }
.maps figure { max-width: 100%; }
@media (max-width: 36rem) {
  body { padding: 1rem .9rem 3rem; font-size: 15px; }
  th, td { padding: .2rem .4rem; }
  table { font-size: .8rem; }
  .confusion th, .confusion td { min-width: 0; padding: .15rem .1rem; font-size: .72rem; }
}
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light;
    --page: #fff; --text: #000; --quiet: #444; --line: #bbb; --soft: #eee; --good: #1a7f37; --bad: #c02626; --heat: 33 102 172; --wrong: 192 38 38;
    --c1: #2166ac; --c2: #c2570c; --c3: #2f7d32; --c4: #8e3f9e; --c5: #9a7400; --c6: #b0305c; --ref: #74787e; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .grid { grid-template-columns: 1fr 1fr; gap: .75rem 1.25rem; }
  .rules { grid-template-columns: repeat(4, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; } th, td { padding: .15rem .35rem; }
  .confusion td { min-width: 1.6rem; }
  .mistakes { grid-template-columns: repeat(8, 1fr); gap: .4rem; font-size: 7.5pt; }
  .drawing img { max-width: 100%; }
  .maps { display: block; }
  .maps figure { display: inline-block; vertical-align: top; margin: 0 1rem .75rem 0; }
  h2, h3, figcaption, section > .quiet, section:has(> .drawing) > * { break-after: avoid; }
  figure, tr, p, .rules li { break-inside: avoid; }
}
`;
