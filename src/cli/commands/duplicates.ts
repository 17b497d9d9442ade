// rdm duplicates: images that are nearly the same.
import type { Command } from 'commander';
import { type DuplicateSummary, type FlagsOf, sheetHtml, Vectors } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { counted } from '../output/format.js';
import { openResultOutput } from '../output/open.js';
import { writeResult } from '../output/output.js';
import { print, say } from '../output/print.js';
import { captioned } from './search.js';

const notes = `
Examples:
  rdm duplicates --in features.npy
  rdm duplicates --in features.npy --above 0.98 -o duplicates.txt --html duplicates.html`;

export function addDuplicatesCommand(program: Command): void {
  const command = program
    .command('duplicates')
    .description('find groups of images that are nearly the same, by the cosines of their vectors');
  addFlags(command, 'duplicates')
    .addHelpText('after', notes)
    .action(async (flags: FlagsOf<'duplicates'>) => {
      const { json, in: path = '', above, html, thumbnail, output: list } = flags;
      const output = await openResultOutput(json, 'comparing', describe);
      await runJob(output, async (control) => {
        const found = await Vectors.open(path).duplicates(above, control);
        if (found.outcome === 'stopped') return found;
        if (list) await writeResult(list, listOf(found));
        if (html) {
          const rows = found.groups.map(({ images }) => ({
            title: counted(images.length, 'image'),
            images: images.map(captioned),
          }));
          await writeResult(html, await sheetHtml(`Near-duplicates in ${path}`, rows, thumbnail));
        }
        const files = [list, html].filter(Boolean);
        if (files.length > 0) output.note(`written to ${files.join(', ')}`);
        return found;
      });
    });
}

/** All but the first of each group: without these, every picture is there once. */
const listOf = ({ groups }: DuplicateSummary) =>
  groups
    .flatMap(({ images }) => images.slice(1))
    .map(({ path, row }) => `${path ?? row}\n`)
    .join('');

function describe({ outcome, groups }: DuplicateSummary): void {
  if (outcome === 'stopped') {
    say('stopped');
    return;
  }
  const others = groups.reduce((sum, { images }) => sum + images.length - 1, 0);
  say(`${counted(groups.length, 'group')}: ${counted(others, 'image')} beside the first of each`);
  groups.forEach(({ images }, at) => {
    print(
      images.map(
        ({ similarity, row, path = '' }) => `${at + 1}\t${similarity.toFixed(4)}\t${row}\t${path}`,
      ),
    );
  });
}
