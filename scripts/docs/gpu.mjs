#!/usr/bin/env node
// Writes the table of docs/gpu.md: what a training step asks of a device, as the simulated accelerator counts it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const tests = new URL('../../build/test/accelerator/rdm_accelerator_tests', import.meta.url);
const page = new URL('../../docs/gpu.md', import.meta.url);

const printed = execFileSync(tests.pathname, ['--no-skip', '--minimal', '--test-case=prints the budget'], {
  encoding: 'utf8',
});
const rows = printed.split('\n').filter((line) => line.startsWith('| '));
const columns = [
  'configuration',
  'kernels',
  'host reads',
  'waits for the device',
  'waits for a copy',
  'copies to the device',
  'copies to the host',
];
const table = [`| ${columns.join(' | ')} |`, `|${columns.map(() => ' --- |').join('')}`, ...rows].join('\n');
const text = readFileSync(page, 'utf8');
const begin = text.indexOf('| configuration |');
const end = text.indexOf('\n\n', begin);
writeFileSync(page, text.slice(0, begin) + table + text.slice(end));
