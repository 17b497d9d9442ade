// npm run docs:flags: docs/flags.md out of the table of options; with --print to stdout instead.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fixedDefault, rowsOf } from '../../dist/index.js';

const path = fileURLToPath(new URL('../../docs/flags.md', import.meta.url));

/** Commands that share most of their flags are columns of one table. */
const sections = [
  ['pretrain', 'lincls', 'finetune'],
  ['knn', 'spectrum', 'map', 'embed', 'score', 'compare', 'probe', 'predict'],
  ['search', 'duplicates'],
  ...['verify-resume', 'export', 'inspect', 'report', 'watch'].map((name) => [name]),
  ...['data fetch', 'data synthesize', 'data info', 'data check', 'data stats'].map((name) => [name]),
  ...['data pack', 'sweep', 'runs list', 'runs best', 'recipes list', 'recipes show'].map((name) => [name]),
  ...['setup', 'doctor'].map((name) => [name]),
];

const cell = (text) => text.replaceAll('|', '\\|');
const plain = (value) => (Array.isArray(value) ? value.join(',') : String(value));

/** What a command has where the flag is left out; a dash where it has no such flag. */
function initial(row, command) {
  if (!row.for.includes(command)) return '–';
  if (row.recorded && command !== 'pretrain') return "the checkpoint's";
  const value = fixedDefault(row, command);
  return cell(row.defaultText ?? (value === undefined ? '' : plain(value)));
}

/** The rows of some commands by heading; one that several have stands there once, with what each makes of it. */
function byHeading(commands) {
  const found = new Map();
  for (const { heading, row } of commands.flatMap((command) => rowsOf(command))) {
    if (!row.flags) continue;
    const rows = found.get(heading) ?? new Set();
    found.set(heading, rows.add(row));
  }
  return found;
}

function section(commands) {
  const tables = [...byHeading(commands)].map(([heading, rows]) => {
    const head = [heading.replace(/:$/, ''), ...commands.map((name) => `\`${name}\``), ''];
    const lines = [...rows].map((row) => [
      `\`${cell(row.flags)}\``,
      ...commands.map((command) => initial(row, command)),
      cell(row.help),
    ]);
    const rule = head.map(() => '---');
    return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  });
  return [`## ${commands.map((name) => `rdm ${name}`).join(', ')}`, ...tables].join('\n\n');
}

const page = `# Flags

Every flag of every command, made out of the table of options (\`src/options/table/\`) by
\`npm run docs:flags\`. Names, short forms and defaults of \`pretrain\` and \`lincls\` are the reference's where
it has the flag. An empty cell: no default. \`rdm verify-resume\` has the flags of \`pretrain\` too, but
\`--overwrite\`. What a recipe switches on, \`--no-NAME\` switches off.

${sections.map(section).join('\n\n')}
`;

if (process.argv.includes('--print')) process.stdout.write(page);
else writeFileSync(path, page);
