// What a recipe is: the flags of a run, in a file with a name.
import type {
  LinclsFlags,
  LinclsOptions,
  PretrainFlags,
  PretrainOptions,
} from '../options/types.js';

export interface RecipeInfo {
  /** `cifar/byol`, or the path of a user's own file. */
  name: string;
  command: 'pretrain' | 'lincls';
  description: string;
  /** The script of the reference whose run it is; none in a user's own. */
  reproduces?: string | undefined;
}

export interface PretrainRecipe extends RecipeInfo {
  command: 'pretrain';
  /** All but the data folder: `pretrain({ ...options, data })`. */
  options: Omit<PretrainOptions, 'data'>;
  /** The same, as the file has them. */
  flags: PretrainFlags;
}

export interface LinclsRecipe extends RecipeInfo {
  command: 'lincls';
  options: Omit<LinclsOptions, 'data'>;
  flags: LinclsFlags;
}

export type Recipe = PretrainRecipe | LinclsRecipe;

/** What a check of a recipe found: as it should be, worth knowing, or probably not meant. */
export interface Finding {
  level: 'ok' | 'note' | 'warning';
  message: string;
}
