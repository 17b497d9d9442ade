// rdm score: what checkpoints' features tell without labels.
import type { Command } from 'commander';
import { type FeatureEvent, type FlagsOf, type ScoreSummary, score } from '../../index.js';
import { addFlags, checkpointsAmong, severalHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { table } from '../output/format.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import type { Output } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
RankMe: how many directions the features of the images use. alpha-ReQ: how steeply their covariance's eigenvalues
fall; the best are near 1. LiDAR: in how many directions images differ more than views of one image do.

Examples:
  rdm score checkpoint_0099.pth.tar
  rdm score runs/a/checkpoint_0099.pth.tar runs/b/checkpoint_0099.pth.tar /data/imagenet
  rdm score --features projector --lidar-images 0 checkpoint_0099.pth.tar`;

interface Scored {
  outcome: 'done' | 'stopped';
  scores: (ScoreSummary & { checkpoint: string })[];
}

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('RankMe, alpha-ReQ and LiDAR of checkpoints: scores without labels')
    .argument('<checkpoint>', 'of pretraining')
    .argument('[more...]', severalHelp);
  addFlags(command, 'score')
    .addHelpText('after', notes)
    .action(async (first: string, more: string[], { json, ...rest }: FlagsOf<'score'>) => {
      const { checkpoints, data } = checkpointsAmong(first, more);
      const output = await openScoreOutput(json);
      await runJob(output, async (control): Promise<Scored> => {
        const scores = [];
        for (const checkpoint of checkpoints) {
          const found = await score({ ...rest, checkpoint, data }, control);
          if (found.outcome === 'stopped') return { outcome: 'stopped', scores };
          scores.push({ checkpoint, ...found });
        }
        return { outcome: 'done', scores };
      });
    });
}

const openScoreOutput = (json: boolean | undefined): Promise<Output<FeatureEvent, Scored>> =>
  openResultOutput(json, 'scoring', ({ outcome, scores }: Scored) => {
    const [first] = scores;
    if (outcome === 'stopped') say('stopped');
    if (first && outcome === 'done') say(`scores of ${lookedAt(first.images, first.places)}`);
    if (first) print(scoreTable(scores));
  });

const headings = ['RankMe', 'alpha-ReQ', 'LiDAR'];

const scoreTable = (scores: Scored['scores']): string[] =>
  table([
    ['checkpoint', ...headings],
    ...scores.map(({ checkpoint, rankMe, alphaReq, lidar }) => [
      checkpoint,
      ...[rankMe.toFixed(2), alphaReq?.toFixed(4) ?? '–', lidar?.toFixed(2) ?? '–'].map(
        (cell, column) => cell.padStart(headings[column]?.length ?? 0),
      ),
    ]),
  ]);
