// Drawings of what has odd names are drawings all the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { mapSvg, report, svgToPng } from 'rdm-ssl';
import { runFolder, wholeRun } from '../support/events.js';
import { scratch } from '../support/folders.js';

const odd = 'a\u0000\u001b[31m\u009b<b>&\uffff';
const png = Buffer.from('\x89PNG', 'latin1');

test('a class whose name holds control characters', async () => {
  const embedding = {
    ...{
      outcome: 'done' as const,
      images: 2,
      places: [],
      labels: [0, 1],
      classes: [odd, 'b'],
      thumbnails: null,
    },
    ...{ points: [[0, 0] as [number, number], [1, 1] as [number, number]], paths: [odd, odd] },
  };
  const drawing = await mapSvg(embedding);
  assert.deepEqual(Buffer.from(await svgToPng(drawing)).subarray(0, 4), png);
});

test('a run whose folder has such a name', async () => {
  const svg = join(scratch(), 'figures');
  const folders = ['plain', odd.replace('\0', '')].map((name) => runFolder(wholeRun, name));
  await report(folders, { svg });
  const drawing = readFileSync(join(svg, 'rank-1.svg'), 'utf8');
  assert.deepEqual(Buffer.from(await svgToPng(drawing)).subarray(0, 4), png);
});
