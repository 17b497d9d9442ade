// Writes the pickles that the fuzz target `checkpoint` starts from to test/fuzz/corpus/checkpoint.
//   node test/fuzz/make_checkpoint_corpus.mjs        (after scripts/setup typescript)
import { mkdirSync, writeFileSync } from 'node:fs';
import * as p from '../../build-test/support/hostile/pickle.js';

const momentum = p.pairs(p.join(p.int(0), p.dict({ momentum_buffer: p.tensor() })));
const doubles = p.storage({
  key: p.text('1'),
  type: p.global('torch.DoubleStorage'),
  numel: p.int(2),
});
const parameter = p.call(
  p.global('torch._utils._rebuild_parameter'),
  ...[p.tensor(), p.no, p.orderedDict({})],
);
const matrix = p.tensor({
  of: doubles,
  shape: p.tuple(p.int(1), p.int(2)),
  strides: p.tuple(p.int(2), p.int(1)),
});
const corpus = {
  saved: p.checkpoint(),
  resumed: p.checkpoint({
    optimizer: p.optimizer({ state: momentum }),
    best_acc1: p.real(1.5),
    rdm: p.dict({ list: p.list(p.none, p.yes, p.int(1)), tuple: p.tuple(p.text('x')) }),
  }),
  weights: p.program(p.dict({ 'conv1.weight': matrix, 'fc.weight': parameter })),
};

const folder = new URL('corpus/checkpoint/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, pickle] of Object.entries(corpus)) writeFileSync(new URL(name, folder), pickle);
