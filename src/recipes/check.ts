// Looks a recipe over: what its numbers mean together, and what is probably not meant.
import {
  hasBatchNorms,
  type ResolvedLincls,
  type ResolvedPretrain,
  resolveLincls,
  resolvePretrain,
} from '../options/runs.js';
import { type Dataset, momentumMethods } from '../types/choices.js';
import type { Finding, LinclsRecipe, PretrainRecipe, Recipe } from './types.js';

const ok = (message: string): Finding => ({ level: 'ok', message });
const note = (message: string): Finding => ({ level: 'note', message });
const warning = (message: string): Finding => ({ level: 'warning', message });

/** Checks a run of the recipe; `options` are those of the run where they differ. Throws `usage`. */
export function checkRecipe(
  recipe: Recipe,
  options: Recipe['options'] = recipe.options,
): Finding[] {
  return recipe.command === 'pretrain'
    ? checkPretrain(recipe, options as PretrainRecipe['options'])
    : checkLincls(recipe, options as LinclsRecipe['options']);
}

function checkPretrain(recipe: PretrainRecipe, options: PretrainRecipe['options']): Finding[] {
  const run = resolvePretrain({ ...options, data: '.' });
  const published = resolvePretrain({ ...recipe.options, data: '.' });
  return [
    checkRate(run, published, run.optimizer === 'lars' ? [0.01, 16] : [0.001, 4]),
    checkLoss(run),
    ...checkCrops(run),
    checkPredictor(run),
    ...(hasBatchNorms(run) ? [checkStatistics(run)] : []),
    ...checkTau(run, published),
    checkWarmup(run),
    ...checkLength(run, published),
  ];
}

function checkLincls(recipe: LinclsRecipe, options: LinclsRecipe['options']): Finding[] {
  const run = resolveLincls({ ...options, data: '.' });
  const published = resolveLincls({ ...recipe.options, data: '.' });
  return [
    checkRate(run, published, [0.01, 100]),
    ...(run.lars ? [note('LARC sets the rate of each tensor by its norms')] : []),
    ...checkSteps(run),
    ...checkLength(run, published),
  ];
}

type AnyRun = ResolvedPretrain | ResolvedLincls;
const images = (run: AnyRun) => run.batchSize * ('accumulate' in run ? run.accumulate : 1);
const rate = (run: AnyRun) => (run.lr * images(run)) / 256;
const short = (value: number) => String(Number(value.toPrecision(3)));

/** No recipe comes near `bounds`: outside, a rate for one batch size was probably taken for another's. */
function checkRate(run: AnyRun, published: AnyRun, bounds: [number, number]): Finding {
  const text = `learning rate ${short(rate(run))} (${run.lr} for 256 images, ${images(run)} in a step)`;
  if (rate(run) > bounds[1]) return warning(`${text}: it will probably diverge`);
  if (rate(run) < bounds[0]) return warning(`${text}: it will hardly move`);
  if (images(run) === images(published)) return ok(text);
  return note(`${text}; the recipe has ${short(rate(published))} and ${images(published)} images`);
}

const lossesOfOthers = {
  swav: "the loss is the mean cross-entropy of each view's prediction of the other's assignment",
  dino: "the loss is the mean cross-entropy of the student's prediction of the teacher's other view",
  barlow: "the loss is the correlations' distance from the identity, times --barlow-scale",
  vicreg: 'the loss is the weighted sum of invariance, variance and covariance',
} as const;

/** Sources: the definitions of the losses. */
function checkLoss({ method, optimizer, ...run }: ResolvedPretrain): Finding {
  if (method === 'simsiam') return ok('the loss is the mean of its two terms, -cos');
  if (method !== 'byol') return ok(lossesOfOthers[method]);
  const text =
    'the loss is the sum of its two terms, 2 - 2 cos: gradients are 4 times those of simsiam';
  if (optimizer === 'lars') return ok(`${text}, which lars scales away`);
  const images = run.batchSize * run.accumulate;
  return note(`${text}, as if its rate were ${short((4 * run.lr * images) / 256)}`);
}

/** What small crops add: the work of a step goes with the pixels. */
function checkCrops({ smallCrops, cropSize }: ResolvedPretrain): Finding[] {
  if (smallCrops.length === 0) return [];
  const small = smallCrops.map(({ count, size }) => `${count} of ${size}`).join(' and ');
  const pixels = smallCrops.reduce((sum, { count, size }) => sum + count * size ** 2, 0);
  const more = short(1 + pixels / (2 * cropSize ** 2));
  return [
    ok(
      `2 crops of ${cropSize} pixels are targets, ${small} only predict: ${more} times the pixels of two`,
    ),
  ];
}

const prototypesOf = {
  swav: "target's assignment to prototypes",
  dino: "teacher's centring and sharpening",
} as const;

function checkPredictor(run: ResolvedPretrain): Finding {
  const { predType: type, predLocation: branch, sigma, fixPredLr } = run;
  if (run.method === 'barlow' || run.method === 'vicreg') {
    return ok('no branch differs from the other: its loss keeps the rank up');
  }
  if (run.method === 'swav' || (run.method === 'dino' && type === 'mlp')) {
    return ok(`what differs between the branches is the ${prototypesOf[run.method]}`);
  }
  if (type === 'mlp') {
    if (run.method === 'byol' || fixPredLr) return ok(`a learnable predictor of ${run.predDim}`);
    return note(
      "the predictor's rate falls with the others; simsiam's stays constant: --fix-pred-lr",
    );
  }
  if (type !== 'poly') return ok(`${type} on the online branch is low-pass`);
  const filter = `poly ${sigma} on the ${branch === 'online' ? 'online branch' : 'target'}`;
  if (sigma === 0)
    return warning(`${filter} filters nothing: the symmetric network, which collapses`);
  const text = `${filter} is ${sigma > 0 ? 'low-pass' : 'high-pass'}`;
  if (sigma > 0 === (branch === 'online')) return ok(text);
  return warning(`${text}: against the theory; take ${-sigma}, or the other branch`);
}

function checkStatistics({ batchSize, accumulate }: ResolvedPretrain): Finding {
  const shared = accumulate > 1 ? `, not of the ${batchSize * accumulate} of a step` : '';
  return note(
    `batch norms and filters see ${batchSize} images${shared}; ` +
      'several processes share them out and still see all of them',
  );
}

function checkTau(run: ResolvedPretrain, published: ResolvedPretrain): Finding[] {
  if (!momentumMethods.includes(run.method)) return [];
  const { baseTau, finalTau, epochs } = run;
  const text = `tau goes from ${baseTau} to ${finalTau} in ${epochs} epochs${inSteps(run)}`;
  if (baseTau > finalTau) return [warning(`${text}: the target follows faster and faster`)];
  if (epochs * 2 > published.epochs) return [ok(text)];
  return [warning(`${text}, in ${published.epochs} of the recipe: the target stands still sooner`)];
}

/** Training images, for a number of steps. */
const trainImages: Record<Dataset, number | undefined> = {
  custom: undefined,
  cifar10: 50_000,
  cifar100: 50_000,
  imagenet100: 126_689,
  imagenet: 1_281_167,
};

function inSteps(run: ResolvedPretrain): string {
  const batches = Math.floor((trainImages[run.dataset] ?? 0) / run.batchSize);
  const steps = Math.floor(batches / run.accumulate) * run.epochs;
  return steps > 0 ? ` (${steps} steps on ${run.dataset})` : '';
}

function checkWarmup({ schedule, warmupEpochs, epochs }: ResolvedPretrain): Finding {
  if (schedule === 'cosine') return ok('the rate falls from the first epoch on, without a warm-up');
  const text = `a warm-up of ${warmupEpochs} of ${epochs} epochs`;
  return warmupEpochs < epochs ? ok(text) : warning(`${text}: the rate never gets to its value`);
}

function checkSteps({ schedule, lrSteps, epochs }: ResolvedLincls): Finding[] {
  if (schedule === 'cosine') return [];
  const text = `the rate falls to a tenth at epochs ${lrSteps.join(', ')} of ${epochs}`;
  return [lrSteps.every((step) => step < epochs) ? ok(text) : warning(`${text}: too late`)];
}

function checkLength(run: AnyRun, published: AnyRun): Finding[] {
  if (run.epochs >= published.epochs) return [];
  return [note(`${run.epochs} epochs, where the recipe has ${published.epochs}`)];
}
