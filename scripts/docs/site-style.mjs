// How the site of the documents looks: in light and dark, beside its contents or, on a phone, below a menu.

export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --side: #f4f6fa; --text: #171c26; --soft: #5b6577; --line: #dfe4ec; --accent: #1d5fd1; --code: #f0f3f8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --side: #151b24; --text: #e6eaf1; --soft: #9aa5b8; --line: #28313f; --accent: #7cb0ff; --code: #1a212c;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 24px; }
body { margin: 0; background: var(--page); color: var(--text); display: grid; grid-template-columns: 260px minmax(0, 1fr);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--page); padding: 8px 12px; z-index: 1; }
nav { font-size: 0.9rem; line-height: 1.4; }
nav h2 { font-size: 0.78rem; margin: 22px 0 6px; color: var(--soft); font-weight: 650; letter-spacing: 0.06em;
  text-transform: uppercase; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: 4px 10px; margin: 0 -10px; border-radius: 8px; color: var(--text); text-decoration: none; }
nav li a:hover { text-decoration: underline; }
nav li a[aria-current] { background: var(--code); color: var(--accent); font-weight: 600; }
.side { background: var(--side); border-right: 1px solid var(--line); padding: 24px 24px 40px; height: 100vh;
  position: sticky; top: 0; overflow-y: auto; }
.name { margin: 0; font-size: 1.3rem; font-weight: 700; letter-spacing: -0.02em; }
.name a { color: inherit; text-decoration: none; }
.menu { display: none; }
main { width: 100%; max-width: 880px; padding: 32px 40px 80px; margin: 0 auto; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.6rem, 4vw, 2.2rem); line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 16px; }
h2, h3 { line-height: 1.3; margin: 40px 0 12px; }
main h2 { font-size: 1.35rem; padding-top: 20px; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin-top: 28px; }
.anchor { color: inherit; text-decoration: none; }
.anchor:hover { text-decoration: underline; }
a { color: var(--accent); }
code { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code); border-radius: 5px;
  padding: 0.1em 0.3em; }
pre { overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px;
  font-size: 0.92rem; line-height: 1.5; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 10px; }
.scroll { overflow-x: auto; margin: 16px 0; }
table { border-collapse: collapse; font-size: 0.9rem; min-width: 100%; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 8px 12px; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
@media (max-width: 800px) {
  body { display: block; }
  .side { display: none; }
  .menu { display: block; background: var(--side); border-bottom: 1px solid var(--line); padding: 10px 20px; position: sticky;
    top: 0; max-height: 100vh; overflow-y: auto; }
  .menu summary { font-weight: 700; font-size: 1.1rem; padding: 6px 0; cursor: pointer; }
  .menu summary span { font-size: 0.9rem; font-weight: 400; color: var(--soft); margin-left: 6px; }
  .menu li a { padding: 9px 10px; }
  html { scroll-padding-top: 70px; }
  main { padding: 24px 20px 60px; }
}
@media print { .side, .menu { display: none; } body { display: block; } }
`;
