// The few options of the commands that neither train nor evaluate.
import { exportFormats, measureNames } from '../../types/choices.js';
import { choice, list, path, text, toggle, whole } from './kinds.js';
import { option } from './row.js';

const heading = 'Options:';

export const check = {
  heading: 'Check:',
  rows: {
    steps: option('--steps <n>', 'steps to train', {
      type: whole(2),
      default: 20,
      line: true,
      for: ['verify-resume'],
    }),
  },
} as const;

export const exported = {
  heading,
  rows: {
    to: option('--to <format>', exportFormats.join(', '), {
      type: choice('format', exportFormats),
      required: true,
      line: true,
      for: ['export'],
    }),
  },
} as const;

export const inspected = {
  heading,
  rows: {
    tensors: option('--tensors', 'list every tensor with its shape and type', {
      type: toggle,
      line: true,
      for: ['inspect'],
    }),
  },
} as const;

export const reported = {
  heading,
  rows: {
    html: option('--html <file>', 'write one page', {
      type: text,
      defaultText: 'report.html',
      line: true,
      for: ['report'],
    }),
    svg: option('--svg <dir>', 'write a picture of each chart', {
      type: text,
      line: true,
      for: ['report'],
    }),
    csv: option('--csv <file>', 'write every measurement, a row an event', {
      type: text,
      line: true,
      for: ['report'],
    }),
  },
} as const;

export const watched = {
  heading,
  rows: {
    terminal: option('--terminal', 'show it here: as the run itself does', {
      type: toggle,
      line: true,
      for: ['watch'],
    }),
    host: option('--host <address>', 'where the page is served', {
      type: text,
      default: '127.0.0.1',
      line: true,
      for: ['watch'],
    }),
    port: option('--port <n>', 'its port', {
      type: whole(0),
      defaultText: 'a free one',
      line: true,
      for: ['watch'],
    }),
  },
} as const;

export const listed = {
  heading,
  rows: {
    where: option('--where <conditions>', 'only those of which these hold: sigma<0,state=done', {
      type: list('conditions', text),
      line: true,
      for: ['runs list', 'runs best'],
    }),
    sort: option(
      '--sort <name>',
      'best first by a measure, least first by an option; -NAME turns it',
      {
        type: text,
        line: true,
        for: ['runs list'],
      },
    ),
    by: option('--by <name>', 'the measure', {
      type: text,
      default: 'knn',
      line: true,
      for: ['runs best'],
    }),
    csv: option('--csv', 'print them as CSV, with every option', {
      type: toggle,
      line: true,
      for: ['runs list'],
    }),
  },
} as const;

export const swept = {
  heading,
  rows: {
    output: option('--output <dir>', 'folder of the sweep, with one for each run', {
      type: path,
      required: true,
      line: true,
      for: ['sweep'],
    }),
    jobs: option('--jobs <n>', 'runs at once, which share the processors', {
      type: whole(1),
      default: 1,
      line: true,
      for: ['sweep'],
    }),
    keepBest: option(
      '--keep-best <n>',
      'successive halving: the better half goes on, until n are left',
      {
        type: whole(1),
        line: true,
        for: ['sweep'],
      },
    ),
    score: option('--score <name>', `what decides: ${measureNames.join(', ')}`, {
      type: choice('score', measureNames),
      defaultText: 'knn',
      line: true,
      for: ['sweep'],
    }),
    slurm: option('--slurm', 'submit the runs as a job array of Slurm, --jobs of them at once', {
      type: toggle,
      line: true,
      for: ['sweep'],
    }),
    task: option('--task <n>', 'make only this one, as a task of the array does', {
      type: whole(0),
      line: true,
      for: ['sweep'],
    }),
  },
} as const;

export const setUp = {
  heading,
  rows: {
    build: option('--build', 'build the addon from source, whatever came with the package', {
      type: toggle,
      line: true,
      for: ['setup'],
    }),
    cuda: option('--cuda', 'a LibTorch with CUDA', { type: toggle, line: true, for: ['setup'] }),
  },
} as const;

export const doctored = {
  heading,
  rows: {
    output: option('--output <dir>', 'folder that runs will write to', {
      type: path,
      default: '.',
      line: true,
      for: ['doctor'],
    }),
  },
} as const;

export const printed = {
  heading,
  rows: {
    json: option('--json', 'print one JSON object', {
      type: toggle,
      line: true,
      for: [
        ...(['inspect', 'export', 'data info', 'data check', 'data stats', 'data pack'] as const),
        ...(['recipes show', 'doctor', 'runs best'] as const),
      ],
    }),
  },
} as const;

export const printedList = {
  heading,
  rows: {
    json: option('--json', 'print one JSON array', {
      type: toggle,
      line: true,
      for: ['recipes list', 'runs list', 'sweep'],
    }),
  },
} as const;
