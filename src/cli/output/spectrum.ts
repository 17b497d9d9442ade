// Effective ranks as a table: a row for each branch and layer.
import type { FeatureEvent, Spectrum, SpectrumSummary } from '../../index.js';
import { openJudgeOutput } from './judge.js';
import type { Output } from './output.js';
import { print, say } from './print.js';
import { table } from './table.js';

export const openSpectrumOutput = (
  json: boolean | undefined,
): Promise<Output<FeatureEvent, SpectrumSummary>> =>
  openJudgeOutput(json, 'looking at', ({ outcome, images, spectra }: SpectrumSummary) => {
    say(outcome === 'stopped' ? 'stopped' : `singular values of ${images} validation images`);
    if (outcome === 'done') print(spectrumTable(spectra));
  });

const headings = ['effective rank', 'of s²', 'largest s', 'smallest s'];

export const spectrumTable = (spectra: Spectrum[]): string[] =>
  table([
    ['branch', 'features', 'dim', ...headings],
    ...spectra.map(({ branch, features, dim, singularValues, ...rank }) => [
      branch,
      features,
      String(dim),
      ...[
        rank.effectiveRank.toFixed(2),
        rank.effectiveRankSquared.toFixed(2),
        (singularValues[0] ?? 0).toPrecision(4),
        (singularValues.at(-1) ?? 0).toPrecision(4),
      ].map((cell, column) => cell.padStart(headings[column]?.length ?? 0)),
    ]),
  ]);
