// The charts of a report: what is drawn of which runs, and what it tells.
import type { BranchRank } from '../types/events.js';
import { type Figure, lineFigure } from './figure.js';
import { colorOf, type Kind, lines, single, titled } from './overlay.js';
import type { Run } from './runs.js';
import { evaluations, neighbours, ranks, trainSteps } from './series.js';
import { timeFigures } from './time.js';

export interface Group {
  id: string;
  title: string;
  figures: Figure[];
}

export function groupsOf(runs: Run[]): Group[] {
  const group = (id: string, title: string, figures: (Figure | undefined)[]) => ({
    id,
    title,
    figures: figures.filter((figure) => figure !== undefined),
  });
  return [
    group('ranks', 'Rank differential', [...rankFigures(runs), differenceFigure(runs)]),
    group('training', 'Training', [lossFigure(runs), accuracyFigure(runs), rateFigure(runs)]),
    group('features', 'Features', [
      ...runs.map((run) => spectrumFigure(runs, run, 'online')),
      ...runs.map((run) => spectrumFigure(runs, run, 'target')),
      spreadFigure(runs),
      alignmentFigure(runs),
      squaredRankFigure(runs),
    ]),
    group('time', 'Time', timeFigures(runs)),
  ].filter(({ figures }) => figures.length > 0);
}

const branches = (value: (branch: BranchRank) => number | undefined): Kind[] => [
  { name: 'online', points: (run) => ranks(run, ({ online }) => value(online)) },
  { name: 'target', points: (run) => ranks(run, ({ target }) => value(target)) },
];

/** A chart for each run, all on one scale: two lines a run in one chart would be told apart by a legend alone. */
function rankFigures(runs: Run[]): (Figure | undefined)[] {
  const kinds = branches(({ effectiveRank }) => effectiveRank);
  const points = runs.flatMap((run) => kinds.flatMap((kind) => kind.points(run)));
  const most = points.reduce((largest, [, value]) => Math.max(largest, value), 0);
  return runs.map((run, place) =>
    lineFigure(
      {
        id: runs.length === 1 ? 'rank' : `rank-${place}`,
        title: titled('Effective rank', runs, run),
        caption: once(
          place,
          'How many directions the outputs of each branch really use: exp of the entropy of the singular values. Where training works, the target stays above the online branch; a collapse falls towards 1.',
        ),
      },
      { values: 'effective rank', includes: [0, most] },
      lines([run], kinds),
    ),
  );
}

/** Charts of several runs in a row need their words only once. */
const once = (place: number, caption: string) => (place === 0 ? caption : '');

const squaredRankFigure = (runs: Run[]) =>
  lineFigure(
    {
      id: 'rank-squared',
      title: 'Effective rank of the squared singular values',
      caption:
        'The same of the correlation matrix’s eigenvalues, which large directions dominate; some of the literature means this one.',
    },
    { values: 'effective rank', includes: [0] },
    lines(
      runs,
      branches(({ effectiveRankSquared }) => effectiveRankSquared),
    ),
  );

const differenceFigure = (runs: Run[]) =>
  single(
    'difference',
    'Rank difference',
    'Effective rank of the target less that of the online branch: what training feeds on. Above zero it works.',
    { values: 'target − online', includes: [0], mark: 0 },
    runs,
    (run) => ranks(run, ({ difference }) => difference),
    { filled: runs.length === 1 },
  );

function lossFigure(runs: Run[]) {
  const kinds: Kind[] = [
    { name: 'training', points: (run) => trainSteps(run, ({ loss }) => loss.value) },
    {
      name: 'classifier on validation images',
      points: (run) => (run.start.command === 'lincls' ? evaluations(run, ({ loss }) => loss) : []),
      style: { dots: true },
    },
  ];
  return lineFigure(
    {
      id: 'loss',
      title: 'Loss',
      caption:
        'Of single batches; a long run is drawn as means of neighbouring ones. A pretraining loss alone does not tell success from collapse.',
    },
    { values: 'loss' },
    lines(runs, kinds),
  );
}

function accuracyFigure(runs: Run[]) {
  const kinds: Kind[] = [
    {
      name: 'validation top-1',
      points: (run) => evaluations(run, ({ top1 }) => top1),
      style: { dots: true },
    },
    {
      name: 'kNN top-1',
      points: (run) => neighbours(run, ({ top1 }) => top1),
      style: { dots: true },
    },
    { name: 'training top-1', points: (run) => trainSteps(run, ({ top1 }) => top1?.value) },
    {
      name: 'momentum top-1',
      points: (run) => trainSteps(run, ({ momentumTop1 }) => momentumTop1?.value),
    },
  ];
  return lineFigure(
    {
      id: 'accuracy',
      title: 'Accuracy',
      caption:
        'Of a linear classifier on the backbone’s features: after every epoch on all validation images, and on the training batches. kNN: of the nearest training images.',
    },
    { values: '%', includes: [0] },
    lines(runs, kinds),
  );
}

function spectrumFigure(runs: Run[], run: Run, branch: 'online' | 'target') {
  const place = runs.indexOf(run);
  const first = run.entries.find(({ type }) => type === 'rank');
  const count = first?.type === 'rank' ? first[branch].topSingularValues.length : 0;
  const series = Array.from({ length: count }, (_, index) => ({
    name: `σ${index + 1}`,
    color: colorOf(runs.length > 1 ? place : branch === 'online' ? 0 : 1),
    opacity: 1 - (0.7 * index) / Math.max(count - 1, 1),
    // A logarithm has no zero.
    points: ranks(run, (event) => event[branch].topSingularValues[index] || undefined),
  }));
  return lineFigure(
    {
      id: `spectrum-${branch}-${place}`,
      title: titled(`Spectrum of the ${branch} branch`, runs, run),
      caption: once(
        place,
        `The ${count} largest singular values. Lines that draw apart are a spectrum that becomes steep: fewer directions carry the features.`,
      ),
    },
    { values: 'singular value', logarithmic: true },
    series,
  );
}

const spreadFigure = (runs: Run[]) =>
  lineFigure(
    {
      id: 'spread',
      title: 'Spread of the features',
      caption:
        'Standard deviation of the normalised features, times the root of their number: 1 where they spread evenly over the sphere, 0 where all images get the same.',
    },
    { values: 'std · √D', includes: [0, 1] },
    lines(
      runs,
      branches(({ featureStd }) => featureStd),
    ),
  );

const alignmentFigure = (runs: Run[]) =>
  single(
    'alignment',
    'Alignment',
    'Mean cosine between the two branches: 1 where both views of an image get the same features, which a collapse reaches too.',
    { values: 'cosine' },
    runs,
    (run) => ranks(run, ({ alignment }) => alignment),
  );

const rateFigure = (runs: Run[]) =>
  single(
    'rate',
    'Learning rate',
    'As the optimiser had it.',
    { values: 'learning rate', includes: [0] },
    runs,
    (run) => trainSteps(run, ({ lr }) => lr),
  );
