// A command of the command line, as commander has it.
import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { createProgram } from '../../dist/cli/main.js';

export function commandAt(...path: string[]): Command {
  let found: Command = createProgram();
  for (const name of path) {
    const next = found.commands.find((candidate) => candidate.name() === name);
    assert.ok(next, `no command ${name}`);
    found = next;
  }
  return found;
}

/** The flags of a line that begins with a command; commander refuses those that do not exist. */
export function parse([command = '', ...words]: string[]): Record<string, unknown> {
  const found = commandAt(command).action(() => {});
  found.parse(words, { from: 'user' });
  return found.opts();
}
