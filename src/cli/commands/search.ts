// rdm search: the images that are nearest to others.
import type { Command } from 'commander';
import { type FlagsOf, type Neighbour, sheetHtml, Vectors } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { table } from '../output/format.js';
import { openResultOutput } from '../output/open.js';
import { writeResult } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
Examples:
  rdm search holiday.jpg --in features.npy
  rdm search 17 204 --in features.npy --k 5 --html near.html`;

interface Searched {
  outcome: 'done';
  results: Found[];
}

interface Found {
  query: string;
  neighbours: Neighbour[];
}

export function addSearchCommand(program: Command): void {
  const command = program
    .command('search')
    .description('find the images that are nearest to others, by the cosines of their vectors')
    .argument('<query...>', 'a picture, or the number of a row');
  addFlags(command, 'search')
    .addHelpText('after', notes)
    .action(async (queries: string[], flags: FlagsOf<'search'>) => {
      const { json, html, k, thumbnail, in: path = '', ...options } = flags;
      const output = await openResultOutput(json, 'searching', printAll);
      await runJob(output, async () => {
        const vectors = Vectors.open(path, options);
        const found = await vectors.nearestOf(queries.map(queryOf), k);
        const results = queries.map((query, at) => ({ query, neighbours: found[at] ?? [] }));
        if (html) {
          const rows = results.map(({ query, neighbours }) => ({
            title: query,
            images: [pictureOf(vectors, query), ...neighbours].map(captioned),
          }));
          await writeResult(html, await sheetHtml(`Nearest in ${path}`, rows, thumbnail));
          output.note(`the pictures are in ${html}`);
        }
        return { outcome: 'done' as const, results };
      });
    });
}

const queryOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

const pictureOf = (vectors: Vectors, query: string): Partial<Neighbour> => {
  const asked = queryOf(query);
  return typeof asked === 'number' ? vectors.image(asked) : { path: asked };
};

export const captioned = ({ path = '', label, row, similarity }: Partial<Neighbour>) => ({
  path,
  caption: [similarity?.toFixed(4), row !== undefined && `row ${row}`, label]
    .filter(Boolean)
    .join(', '),
});

const printAll = ({ results }: Searched) => results.forEach(printFound);

function printFound({ query, neighbours }: Found): void {
  say(`nearest to ${query}:`);
  const labelled = neighbours.some(({ label }) => label !== undefined);
  print(
    table([
      ['cosine', 'row', ...(labelled ? ['label'] : []), 'path'],
      ...neighbours.map(({ similarity, row, label = '', path = '' }) => [
        similarity.toFixed(4),
        String(row),
        ...(labelled ? [label] : []),
        path,
      ]),
    ]),
  );
}
