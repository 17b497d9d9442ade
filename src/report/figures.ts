// The charts of a report: what is drawn of which runs, and what it tells.
import type { BranchRank } from '../types/events.js';
import { axisFigures } from './axes.js';
import { type Figure, lineFigure, number, type Panels, type Series } from './figure.js';
import { lensFigures } from './lens.js';
import { colorOf, eachRun, type Kind, several, single } from './overlay.js';
import type { Run } from './runs.js';
import { evaluations, neighbours, ranks, scores, trainSteps } from './series.js';
import { timeFigures } from './time.js';

export interface Group {
  id: string;
  title: string;
  figures: (Figure | Panels)[];
}

export function groupsOf(runs: Run[]): Group[] {
  const group = (id: string, title: string, figures: (Figure | Panels | undefined)[]) => ({
    id,
    title,
    figures: figures.filter((figure) => figure !== undefined),
  });
  return [
    group('choices', 'What sets them apart', axisFigures(runs)),
    group('ranks', 'Rank differential', [rankFigure(runs), differenceFigure(runs)]),
    group('training', 'Training', [lossFigure(runs), accuracyFigure(runs), rateFigure(runs)]),
    group('features', 'Features', [
      ...spectrumFigures(runs),
      spreadFigure(runs),
      alignmentFigure(runs),
      squaredRankFigure(runs),
      scoreFigure(runs),
      powerLawFigure(runs),
    ]),
    group('lens', 'Through the lens', lensFigures(runs)),
    group('time', 'Time', timeFigures(runs)),
  ].filter(({ figures }) => figures.length > 0);
}

/** Each chart, also those of a panel. */
export const chartsOf = (groups: Group[]): Figure[] =>
  groups
    .flatMap(({ figures }) => figures)
    .flatMap((one) => ('panels' in one ? one.panels.map(({ figure }) => figure) : [one]));

const branches = (value: (branch: BranchRank) => number | undefined): Kind[] => [
  { name: 'online', points: (run) => ranks(run, ({ online }) => value(online)) },
  { name: 'target', points: (run) => ranks(run, ({ target }) => value(target)) },
];

/** All on one scale: two lines a run in one chart would be told apart by a legend alone. */
function rankFigure(runs: Run[]): Figure | Panels | undefined {
  const kinds = branches(({ effectiveRank }) => effectiveRank);
  const points = runs.flatMap((run) => kinds.flatMap((kind) => kind.points(run)));
  const most = points.reduce((largest, [, value]) => Math.max(largest, value), 0);
  const caption =
    'How many directions the outputs of each branch really use: exp of the entropy of the singular values. Where training works, the target stays above the online branch; a collapse falls towards 1.';
  const head = { id: 'rank', title: 'Effective rank', caption, key: branchKey };
  return eachRun(head, runs, (run, own) =>
    several(own, { values: 'effective rank', includes: [0, most] }, [run], kinds),
  );
}

const branchKey = [
  { name: 'online', color: colorOf(0) },
  { name: 'target', color: colorOf(1) },
];

const squaredRankFigure = (runs: Run[]) =>
  several(
    {
      id: 'rank-squared',
      title: 'Effective rank of the squared singular values',
      caption:
        'The same of the correlation matrix’s eigenvalues, which large directions dominate; some of the literature means this one.',
    },
    { values: 'effective rank', includes: [0] },
    runs,
    branches(({ effectiveRankSquared }) => effectiveRankSquared),
  );

const differenceFigure = (runs: Run[]) =>
  single(
    'difference',
    'Rank difference',
    'Effective rank of the target less that of the online branch: what training feeds on. Above zero it works.',
    { values: 'target − online', includes: [0] },
    runs,
    (run) => ranks(run, ({ difference }) => difference),
    { filled: runs.length === 1, mark: { at: 0 } },
  );

function lossFigure(runs: Run[]) {
  const kinds: Kind[] = [
    { name: 'training', points: (run) => trainSteps(run, ({ loss }) => loss.value) },
    {
      name: 'classifier on validation images',
      points: (run) =>
        run.start.command === 'pretrain' ? [] : evaluations(run, ({ loss }) => loss),
      style: { dots: true },
    },
  ];
  return several(
    {
      id: 'loss',
      title: 'Loss',
      caption:
        'Of single batches; a long run is drawn as means of neighbouring ones. A pretraining loss alone does not tell success from collapse.',
    },
    { values: 'loss' },
    runs,
    kinds,
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
  return several(
    {
      id: 'accuracy',
      title: 'Accuracy',
      caption:
        'Of a linear classifier on the backbone’s features: after every epoch on all validation images, and on the training batches. kNN: of the nearest training images.',
    },
    { values: '%', includes: [0] },
    runs,
    kinds,
  );
}

const scoreFigure = (runs: Run[]) =>
  several(
    {
      id: 'scores',
      title: 'Scores without labels',
      caption:
        'Of the backbone’s features of held-out images. RankMe: how many directions they use. LiDAR: in how many of them images differ more than views of one image do.',
    },
    { values: 'directions', includes: [0] },
    runs,
    [
      {
        name: 'RankMe',
        points: (run) => scores(run, ({ rankMe }) => rankMe),
        style: { dots: true },
      },
      { name: 'LiDAR', points: (run) => scores(run, ({ lidar }) => lidar), style: { dots: true } },
    ],
  );

const powerLawFigure = (runs: Run[]) =>
  single(
    'alpha',
    'alpha-ReQ',
    'How steeply the eigenvalues of the features’ covariance fall, i^−α. Features near 1 do best; what falls steeply uses few directions.',
    { values: 'α' },
    runs,
    (run) => scores(run, ({ alphaReq }) => alphaReq),
    { dots: true },
  );

/** Of a single run a chart for each branch; of several a small one for each run, with both. */
function spectrumFigures(runs: Run[]): (Figure | Panels | undefined)[] {
  const axes = { values: 'singular value', logarithmic: true };
  const fade =
    'the largest the darkest. Lines that draw apart are a spectrum that becomes steep: fewer directions carry the features.';
  const [only] = runs;
  if (runs.length === 1 && only) {
    return (['online', 'target'] as const).map((branch) => {
      const series = spectrumOf(only, branch);
      const caption = `The ${series.length} largest singular values, ${fade}`;
      const title = `Spectrum of the ${branch} branch`;
      return lineFigure({ id: `spectrum-${branch}-0`, title, caption }, axes, series);
    });
  }
  const of = (run: Run) => [...spectrumOf(run, 'online'), ...spectrumOf(run, 'target')];
  const values = runs.flatMap(of).flatMap(({ points }) => points.map(([, value]) => value));
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const includes = [least, most];
  const caption = `The largest singular values of both branches, on one logarithmic scale, ${fade}`;
  const head = { id: 'spectrum', title: 'Spectra', caption, key: branchKey };
  return [eachRun(head, runs, (run, own) => lineFigure(own, { ...axes, includes }, of(run)))];
}

/** A whitened one is a single line, and says its value. */
function spectrumOf(run: Run, branch: 'online' | 'target'): Series[] {
  const first = run.entries.find(({ type }) => type === 'rank');
  const count = first?.type === 'rank' ? first[branch].topSingularValues.length : 0;
  const series = Array.from({ length: count }, (_, index) => ({
    name: `${branch} σ${index + 1}`,
    color: colorOf(branch === 'online' ? 0 : 1),
    opacity: 1 - (0.7 * index) / Math.max(count - 1, 1),
    // A logarithm has no zero.
    points: ranks(run, (event) => event[branch].topSingularValues[index] || undefined),
  }));
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const at = values.reduce((most, value) => Math.max(most, value), 0);
  const isFlat = values.every((value) => at < 1.01 * value);
  const mark = { at, label: number(at) };
  return isFlat ? series.map((one, index) => (index === 0 ? { ...one, mark } : one)) : series;
}

const spreadFigure = (runs: Run[]) =>
  several(
    {
      id: 'spread',
      title: 'Spread of the features',
      caption:
        'Standard deviation of the normalised features, times the root of their number: 1 where they spread evenly over the sphere, 0 where all images get the same.',
    },
    { values: 'std · √D', includes: [0, 1] },
    runs,
    branches(({ featureStd }) => featureStd),
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
