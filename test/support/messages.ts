// The messages of the errors that the sources can raise, as patterns: the texts between what is filled in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './rdm.js';

export interface Message {
  file: string;
  code: string;
  /** In their order; what a caller fills in stands between them. */
  parts: string[];
}

export function messages(): Message[] {
  return [
    ...sources('src', /\.ts$/).flatMap((file) => scripted(file)),
    ...sources('native', /\.(cpp|h)$/).flatMap((file) => compiled(file)),
  ];
}

function sources(folder: string, extension: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => extension.test(file))
    .map((file) => join(folder, file));
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const code = "'(?<code>[a-z_]+)',\\s*";
const literal = '(`(?<template>[^`]*)`|\'(?<single>[^\'\\n]*)\'|"(?<double>[^"\\n]*)")';

/** RdmError(code, message, …) and what extends it. */
function scripted(file: string): Message[] {
  const pattern = new RegExp(`(?:new RdmError|super)\\(\\s*${code}${literal}`, 'g');
  return [...read(file).matchAll(pattern)].map(({ groups = {} }) => {
    const text = groups.template ?? groups.single ?? groups.double ?? '';
    return { file, code: groups.code ?? '', parts: textual(withoutValues(text)) };
  });
}

/** A template's own text: every ${…}, also one with braces inside, ends a part. */
function withoutValues(template: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [index, character] of [...template].entries()) {
    const opens = character === '{' && (depth > 0 || template[index - 1] === '$');
    if (opens && depth++ === 0) parts.push('');
    else if (character === '}' && depth > 0) depth -= 1;
    else if (depth === 0 && !(character === '$' && template[index + 1] === '{')) {
      parts[parts.length - 1] += character;
    }
  }
  return parts;
}

/** RDM_CHECK(condition, Code::x, parts…), Error(Code::x, message, hint), and of Lines and TarReader error([number, ]message, hint). */
function compiled(file: string): Message[] {
  const text = read(file).replace(/^\s*\/\/.*$/gm, '');
  const ofLines =
    /\b(?:lines_?\.|tar_\.|throw )error\(\s*(?:(?:numbers_\[\w+\]|[\w.>[\]-]*offset|at|0),\s*)?/g;
  const wrongLines = [...text.matchAll(ofLines)].map((found) => {
    const begin = found.index + found[0].length;
    const parts = literals(text.slice(begin, argumentEnd(text, begin, false)));
    return { file, code: 'bad_data', parts: textual(parts) };
  });
  const others = [...text.matchAll(/(RDM_CHECK\(|\bError\(\s*)[^;"]*?Code::(\w+),/g)].map(
    (found) => {
      const begin = found.index + found[0].length;
      const checked = found[0].startsWith('RDM_CHECK');
      const parts = literals(text.slice(begin, argumentEnd(text, begin, checked)));
      return { file, code: found[2] ?? '', parts: textual(parts) };
    },
  );
  return [...wrongLines, ...others];
}

/** Where the message ends: at the call's end, or, where a hint may follow, at the next comma. */
function argumentEnd(text: string, begin: number, wholeCall: boolean): number {
  let depth = 0;
  let quoted = false;
  for (let at = begin; at < text.length; ++at) {
    const character = text[at];
    if (character === '"' && text[at - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth += 1;
    if (character === ')' && depth-- === 0) return at;
    if (character === ',' && depth === 0 && !wholeCall) return at;
  }
  return text.length;
}

const literals = (source: string): string[] =>
  [...source.replace(/"\s*\n\s*"/g, '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => text,
  );

/** Those that tell something: punctuation alone does not. */
const textual = (parts: string[]) =>
  parts.map((part) => part.trim()).filter((part) => /[a-z]{2}/i.test(part));
