// How the page looks: in light and dark, on a phone, on paper.

export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f6fa; --card: #ffffff; --text: #171c26; --soft: #5b6577; --line: #dfe4ec; --accent: #1d5fd1;
  --warn: #fff6e5; --warn-line: #b45309;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #151b24; --text: #e6eaf1; --soft: #9aa5b8; --line: #28313f; --accent: #7cb0ff;
    --warn: #2a2115; --warn-line: #f0a742;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 1320px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 32px; }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: 0; letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 36px 0 12px; }
h3 { font-size: 1rem; margin: 0 0 2px; }
header p { margin: 6px 0 0; }
header .by { margin: 0 0 4px; color: var(--accent); font-weight: 650; font-size: 0.85rem; letter-spacing: 0.06em; text-transform: uppercase; }
progress { width: 100%; height: 6px; accent-color: var(--accent); }
p, footer { color: var(--soft); }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 14px 0 0; list-style: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 44%), 1fr)); gap: 12px; margin: 22px 0 0; }
.cards div, figure, details, .box { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.cards div { padding: 14px 16px; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 2px 0 0; font-size: 1.25rem; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: 0.8rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.figures { display: flex; flex-wrap: wrap; gap: 16px; }
figure { flex: 1 1 380px; margin: 0; padding: 16px 16px 10px; min-width: 0; display: flex; flex-direction: column; }
figcaption p { margin: 0 0 10px; font-size: 0.9rem; }
.chart { height: 280px; margin-top: auto; }
.wide { flex-basis: 100%; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(200px, 44%), 1fr)); gap: 10px 14px; }
.panel { min-width: 0; }
.panel .chart { height: 150px; }
h4 { font-size: 0.85rem; font-weight: 550; margin: 6px 0 0; overflow-wrap: anywhere; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; margin: 0 0 6px; list-style: none; font-size: 0.85rem; }
.key svg { width: 22px; height: 8px; margin-right: 6px; }
figure details { border: 0; background: none; margin: 4px 0 0; }
details { padding: 10px 16px; margin: 12px 0; }
figure details { padding: 0; }
summary { cursor: pointer; color: var(--soft); font-size: 0.9rem; padding: 4px 0; }
.scroll { overflow: auto; max-height: 420px; }
.box { margin-top: 22px; padding: 6px 16px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; position: sticky; top: 0; background: var(--card); }
tbody th { font-weight: 500; }
.differs { font-weight: 700; }
.swatch { width: 10px; height: 10px; margin-right: 8px; }
pre { overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px;
  font: 0.86rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.started { font-size: 0.85rem; margin: 8px 0 0; }
#reproduce h3 { margin-top: 20px; }
#reproduce p { margin: 4px 0; }
.warnings { list-style: none; padding: 0; margin: 0; }
.warnings li { background: var(--warn); border-left: 4px solid var(--warn-line); border-radius: 6px; padding: 8px 12px; margin: 6px 0; }
.live { display: inline-block; padding: 1px 10px; border: 1px solid var(--line); border-radius: 99px; font-size: 0.85rem; }
.live::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: #059669; }
.live.lost::before { background: #ef4444; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
footer { padding-top: 28px; padding-bottom: 40px; font-size: 0.85rem; }
@media print {
  :root { --page: #ffffff; --card: #ffffff; --text: #171c26; --soft: #5b6577; --line: #dfe4ec; --accent: #1d5fd1;
    --warn: #fff6e5; --warn-line: #b45309; }
  body { font-size: 12px; }
  .cards { grid-template-columns: repeat(4, 1fr); }
  .figures { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
  figure, .panel { break-inside: avoid; }
  .wide { grid-column: 1 / -1; break-inside: auto; }
  .panels { grid-template-columns: repeat(5, 1fr); }
  .chart, .panel .chart, .chart > div, .chart svg { width: 100% !important; height: auto !important; }
  .chart svg { position: static !important; }
  h2, h3 { break-after: avoid; }
  .scroll { max-height: none; overflow: visible; }
  .box table { font-size: 7px; }
  .box th, .box td { padding: 2px 3px; white-space: normal; }
  nav, footer, figure details { display: none; }
}
`;
