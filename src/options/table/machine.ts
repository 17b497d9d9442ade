// Recipes, where a run writes, where the work is done, and by how many processes.
import { backends, devices, precisions, trainings as runs } from '../../types/choices.js';
import { choice, path, text, toggle, whole } from './kinds.js';
import { option, readers } from './row.js';

const computing = [...readers, 'search'] as const;
const several = [...runs, 'knn'] as const;

export const recipe = {
  heading: 'Recipe:',
  rows: {
    recipe: option(
      '--recipe <name>',
      'flags from a recipe (`rdm recipes` lists them) or a .yaml file; those on the line win',
      { type: text, line: true, for: ['pretrain', 'lincls'] },
    ),
  },
} as const;

export const output = {
  heading: 'Output:',
  rows: {
    /** Where a run writes; the working folder where left out. */
    output: option('--output <dir>', 'folder for checkpoints and events.jsonl', {
      type: path,
      default: '.',
      resume: 'may differ',
      for: runs,
    }),
    /** A step event every so many steps. */
    printFreq: option('-p, --print-freq <n>', 'steps between two progress lines', {
      type: whole(1),
      default: 10,
      resume: 'may differ',
      for: runs,
    }),
    json: option('--json', 'print events as JSON, one a line', {
      type: toggle,
      line: true,
      for: runs,
    }),
    /** Also writes TensorBoard's event files into the output folder. */
    tensorboard: option(
      '--tensorboard',
      "also write TensorBoard's event files to the output folder",
      { type: toggle, absent: false, sent: false, for: runs },
    ),
    /** The address of an MLflow server that gets the run's options and curves too. */
    mlflow: option('--mlflow <url>', 'also send options and curves to this MLflow server', {
      type: text,
      absent: '',
      sent: false,
      for: runs,
    }),
  },
} as const;

/** What the network runs on. */
export const device = {
  heading: 'Device:',
  rows: {
    device: option('--device <name>', devices.join(', '), {
      type: choice('device', devices),
      default: 'auto',
      resume: 'may differ',
      for: computing,
    }),
    /** Index of the CUDA device. */
    gpu: option('--gpu <index>', 'which CUDA device', {
      type: whole(0),
      resume: 'may differ',
      for: computing,
    }),
    precision: option(
      '--precision <name>',
      `of the network: ${precisions.join(', ')} (CUDA only)`,
      {
        type: choice('precision', precisions),
        default: 'fp32',
        for: readers,
      },
    ),
  },
} as const;

/** The reference's default, an address of nobody's: as good as none. */
export const noUrl = 'tcp://224.66.41.62:23456';

/** The reference's, and three more. */
export const processes = {
  heading: 'Several processes:',
  rows: {
    nprocPerNode: option('--nproc-per-node <n>', 'start so many processes here', {
      type: whole(1),
      line: true,
      for: several,
    }),
    worldSize: option('--world-size <n>', 'machines that take part', {
      type: whole(-1),
      default: -1,
      line: true,
      for: several,
    }),
    rank: option('--rank <n>', 'number of this machine, from 0', {
      type: whole(-1),
      default: -1,
      line: true,
      for: several,
    }),
    distUrl: option(
      '--dist-url <url>',
      "where they meet: tcp://HOST:PORT of machine 0, or env:// for torchrun's and Slurm's variables",
      { type: text, default: noUrl, line: true, for: several },
    ),
    distBackend: option('--dist-backend <name>', `how they talk: ${backends.join(', ')}`, {
      type: choice('backend', backends),
      defaultText: 'nccl on CUDA, gloo on a CPU',
      line: true,
      for: several,
    }),
    /** The default is torch's own. */
    distTimeout: option('--dist-timeout <seconds>', 'how long one may wait for the others', {
      type: whole(1),
      default: 1800,
      line: true,
      for: several,
    }),
    maxRestarts: option(
      '--max-restarts <n>',
      'how often to start again from the last checkpoint when a process dies',
      { type: whole(0), default: 0, line: true, for: several },
    ),
    multiprocessingDistributed: option(
      '--multiprocessing-distributed',
      'start one process for each GPU of this machine',
      { type: toggle, line: true, for: several },
    ),
  },
} as const;
