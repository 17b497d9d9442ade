// Flags to options and back: a rate has another name, and a predictor is one value.
import { predictor as predictorGroup } from './table/model.js';
import { attribute, type CommandName } from './table/row.js';
import { fixedDefault, optionsOf, present } from './table/table.js';
import type {
  FinetuneFlags,
  FinetuneOptions,
  LinclsFlags,
  LinclsOptions,
  Predictor,
  PredictorFlags,
  PretrainFlags,
  PretrainOptions,
} from './types.js';

type Given<Options> = Omit<Options, 'data' | 'process'>;

export function pretrainOptions({
  learningRate: lr,
  ...flags
}: PretrainFlags): Given<PretrainOptions> {
  const { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace, ...rest } =
    flags;
  const given = { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace };
  return { ...rest, lr, predictor: predictor(given) };
}

export const linclsOptions = ({
  learningRate: lr,
  ...flags
}: LinclsFlags): Given<LinclsOptions> => ({
  ...flags,
  lr,
});

export const finetuneOptions = ({
  learningRate: lr,
  ...flags
}: FinetuneFlags): Omit<FinetuneOptions, 'checkpoint' | 'data' | 'process'> => ({ ...flags, lr });

/** Options by the names of their flags in camel case, without those that have none. */
export function flagValues(command: CommandName, options: object): Record<string, unknown> {
  const values = options as Record<string, unknown>;
  const flags = optionsOf(command).filter(({ row }) => row.flags);
  return present(Object.fromEntries(flags.map(({ name, row }) => [attribute(row), values[name]])));
}

/** The six flags of a predictor; those that are left out are undefined. */
export function predictorFlags(given: Predictor | undefined): PredictorFlags {
  const { type, location, source, solver, sigma, keepNullSpace } = (given ?? {}) as AnyPredictor;
  const names = { predType: type, predLocation: location, filterSource: source };
  return { ...names, filterSolver: solver, sigma, keepNullSpace } as PredictorFlags;
}

/** A predictor as it may come from JavaScript. */
interface AnyPredictor {
  type?: string;
  location?: string;
  sigma?: number;
  source?: string;
  solver?: string;
  keepNullSpace?: boolean;
}

const mlp = fixedDefault(predictorGroup.rows.predType, 'pretrain');

/** One value for the six flags, unchecked; undefined where none is given. */
function predictor(flags: PredictorFlags): Predictor | undefined {
  if (Object.values(flags).every((value) => value === undefined)) return undefined;
  const { predType: type = mlp, predLocation, filterSource, filterSolver, ...filter } = flags;
  const names = { location: predLocation, source: filterSource, solver: filterSolver };
  return { type, ...names, ...filter } as Predictor;
}
