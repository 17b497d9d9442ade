// npm run docs:man: man/rdm.1 out of the commands and their flags; with --print to stdout instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../../dist/cli/main.js';

const path = fileURLToPath(new URL('../../man/rdm.1', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Text as roff takes it: no escape, no hyphen for a minus, no request at a line's beginning. */
const roff = (text) =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(?=[.'])/gm, '\\&');

const lines = (text) => roff(text).split('\n').filter(Boolean).join('\n');

/** What --help says after the flags: notes and examples. */
function notesOf(command) {
  let shown = '';
  command.configureOutput({ writeOut: (text) => (shown += text) });
  command.outputHelp();
  return shown.slice(command.helpInformation().length).trim();
}

function flag(option, help) {
  const { defaultValue, defaultValueDescription } = option;
  const initial = defaultValueDescription ?? JSON.stringify(defaultValue);
  const shown = [undefined, false].includes(defaultValue) ? '' : ` (default: ${initial})`;
  return `.TP\n.B ${roff(help.optionTerm(option))}\n${lines(option.description + shown)}`;
}

function flagsOf(command) {
  const help = command.createHelp();
  const groups = new Map();
  for (const option of help.visibleOptions(command)) {
    const heading = (option.helpGroupHeading ?? 'Options:').replace(/:$/, '');
    groups.set(heading, [...(groups.get(heading) ?? []), flag(option, help)]);
  }
  return [...groups].map(([heading, flags]) => `.PP\n.I ${roff(heading)}\n${flags.join('\n')}`);
}

function commandsOf(command, above = '') {
  const name = `${above}${command.name()}`;
  const usage = `${name} ${command.usage()}`;
  const notes = notesOf(command);
  return [
    `.SS ${roff(name)}\n.B ${roff(usage)}\n.PP\n${lines(command.description())}`,
    ...flagsOf(command),
    ...(notes ? [`.PP\n.nf\n${roff(notes)}\n.fi`] : []),
    ...command.commands.flatMap((sub) => commandsOf(sub, `${name} `)),
  ];
}

const program = createProgram();
const page = `.\\" Made by scripts/docs/man.mjs out of the commands.
.TH RDM 1 "" "rdm ${version}" "rdm"
.SH NAME
rdm \\- ${lines(program.description())}
.SH SYNOPSIS
.B rdm
.I command
[\\fIarguments\\fR]
.SH COMMANDS
${program.commands.flatMap((command) => commandsOf(command, 'rdm ')).join('\n')}
.SH FILES
.TP
.B events.jsonl
in the folder of \\-\\-output: every event of a run, one JSON object a line
.TP
.B checkpoint_0000.pth.tar
in the same folder, after each epoch; with the step behind it, checkpoint_0000\\-000120.pth.tar, in its
middle
.TP
.B checkpoint_0000.pth.tar.sha256
the manifest of each, as sha256sum reads it
.SH ENVIRONMENT
.TP
.B RDM_ADDON
the native addon to load, in place of the one that set\\-up built
.TP
.B RDM_DEBUG
shows the stack of an error
.TP
.B OMP_NUM_THREADS
threads of the network; as many as processors where it is not set
.TP
.B LIBTORCH
for rdm setup: an unpacked LibTorch, or the torch folder of a Python environment
.SH EXIT STATUS
0 done, 1 failed, 2 wrong usage, 3 stopped by \\-\\-on\\-collapse stop, 130 and 143 stopped by a signal; a
stopped run has saved.
`;

if (process.argv.includes('--print')) process.stdout.write(page);
else writeFileSync(path, page);
