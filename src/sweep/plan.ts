// The runs of a sweep: every combination of its axes, or some that are drawn; each checked before the first starts.
import { createHash } from 'node:crypto';
import { RdmError } from '../base/errors.js';
import { places } from '../options/check.js';
import { flagValues, pretrainOptions } from '../options/flags.js';
import { checkEffects } from '../options/idle.js';
import { completePretrain, resolvePretrain } from '../options/runs.js';
import { attribute, type Row } from '../options/table/row.js';
import { type Complete, optionsOf } from '../options/table/table.js';
import { loadRecipe } from '../recipes/load.js';
import { camelCase } from '../recipes/parse.js';
import { flagWords } from '../run/command-line.js';
import { measureNames } from '../types/choices.js';
import type { PlannedRun, SweepPlan } from '../types/sweep.js';
import { type Range, readSweep, refuse, type SweepFile } from './read.js';

const mostRuns = 10_000;

const rows = Object.fromEntries(optionsOf('pretrain').map(({ row }) => [attribute(row), row]));

/** `data` stands in for the file's. Rejects with `bad_recipe`, or `usage` where no images are named. */
export async function planSweep(file: string, data: string[] = []): Promise<SweepPlan> {
  const sweep = await readSweep(file);
  const recipe = sweep.recipe ? await loadRecipe(sweep.recipe, 'pretrain') : undefined;
  const base = (recipe?.flags ?? {}) as Record<string, unknown>;
  // Runs are compared with each other, and one that is killed early begins as it had begun.
  const seeded =
    'seed' in base || 'seed' in sweep.flags || sweep.axes.some(([name]) => name === 'seed');
  const common = { ...(!seeded && { seed: 0 }), ...sweep.flags };
  const points = pointsOf(sweep);
  if (points.length > mostRuns) refuse(file, `${points.length} runs are too many for a sweep`);
  const runs = points.map((values) => {
    const name = nameOf(values);
    const flags = camelCase({ ...common, ...values });
    const { epochs, ...options } = checkedRun(file, name, base, flags);
    const words = Object.entries(flags).flatMap(([flag, value]) =>
      flagWords(rows[flag] as Row, value),
    );
    return {
      name,
      values,
      epochs,
      measured: measuredBy(options),
      args: [...(sweep.recipe ? ['--recipe', sweep.recipe] : []), ...words],
    };
  });
  const given = places(data.length > 0 ? data : sweep.data);
  return {
    file,
    data: [given].flat(),
    axes: sweep.axes.map(([name]) => name),
    identity: {
      recipe: base,
      flags: common,
      axes: sweep.axes.map(([name]) => name),
      seed: sweep.random?.seed ?? null,
      data: given,
    },
    runs: unique(runs),
  };
}

function pointsOf({ axes, random }: SweepFile): Record<string, unknown>[] {
  if (!random) {
    return axes.reduce<Record<string, unknown>[]>(
      (points, [name, values]) =>
        points.flatMap((point) =>
          (values as unknown[]).map((value) => ({ ...point, [name]: value })),
        ),
      [{}],
    );
  }
  // Each number depends on its run alone, so that a larger budget goes on where a smaller one ended.
  return Array.from({ length: random.runs }, (_, run) =>
    Object.fromEntries(
      axes.map(([name, axis]) => [name, drawn(axis, uniform(`${random.seed}/${run}/${name}`))]),
    ),
  );
}

const uniform = (key: string) =>
  createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;

function drawn(axis: unknown[] | Range, at: number): unknown {
  if (Array.isArray(axis)) return axis[Math.floor(at * axis.length)];
  const { from, to, log, whole } = axis;
  const value = log ? from * (to / from) ** at : from + (to - from) * at;
  return whole ? Math.round(value) : Number(value.toPrecision(4));
}

/** sigma=-1,learning-rate=0.1: as a folder may be called. */
function nameOf(values: Record<string, unknown>): string {
  const name = Object.entries(values)
    .map(([axis, value]) => `${axis}=${[value].flat().join('_')}`)
    .join(',')
    .replaceAll(/[^\w.,=+-]/g, '_');
  if (name.length <= 200) return name;
  return `${name.slice(0, 180)}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

const measuredBy = (
  options: Pick<Complete<'pretrain'>, 'knnEvery' | 'scoreEvery' | 'onlineClassifier'>,
) =>
  measureNames.filter((name) => {
    if (name === 'knn') return options.knnEvery > 0;
    if (['rankme', 'alpha', 'lidar'].includes(name)) return options.scoreEvery > 0;
    return name !== 'top1' || options.onlineClassifier;
  });

/** What is drawn twice is made once. */
const unique = (runs: PlannedRun[]) => [...new Map(runs.map((run) => [run.name, run])).values()];

/** Every option of it. Throws `bad_recipe` where they do not go together. */
function checkedRun(file: string, name: string, base: object, flags: Record<string, unknown>) {
  try {
    const options = pretrainOptions({ ...base, ...flags });
    resolvePretrain({ ...options, data: '.' });
    const complete = completePretrain(options);
    const values = flagValues('pretrain', complete);
    checkEffects('pretrain', values, (flag) =>
      flag in flags ? 'line' : flag in base ? 'recipe' : undefined,
    );
    return complete;
  } catch (cause) {
    if (!(cause instanceof RdmError)) throw cause;
    return refuse(file, `the run ${name}: ${cause.message}`, cause.hint, cause);
  }
}
