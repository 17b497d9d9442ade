// The parts of a report that are not charts: the state of each run, its warnings, how to make it again.

import { html, type Markup } from '../base/markup.js';
import { epochsAt } from '../run/history.js';
import { describePredictor } from '../run/predictor.js';
import { nameOfStanding } from '../run/verdict.js';
import { measuresOf } from './measures.js';
import { colorOf } from './overlay.js';
import { type Run, standingIn } from './runs.js';
import { epochs, evaluations, mean } from './series.js';

/** The most telling numbers, the runs side by side. */
export function overview(runs: Run[]): Markup {
  const [first] = runs;
  if (runs.length === 1 && first) return cards(factsOf(first));
  const facts = runs.map((run) => [...differences(run, runs), ...madeBy(run), ...factsOf(run)]);
  const names = [...new Set(facts.flatMap((of) => of.map(({ name }) => name)))];
  const cell = (of: Fact[], name: string) => of.find((fact) => fact.name === name)?.value ?? '–';
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All runs"><table>
<thead><tr><th scope="col">Run</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${runs.map(
    (run, index) =>
      html`<tr><th scope="row">${swatch(index)}${run.name}</th>${names.map(
        (name) => html`<td>${cell(facts[index] ?? [], name)}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

const cards = (facts: Fact[]) =>
  html`<dl class="cards">${facts.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${note && html`<small>${note}</small>`}</dd></div>`,
  )}</dl>`;

// A screen reader skips the coloured dot and reads the name beside it.
const swatch = (index: number) =>
  html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="${colorOf(index)}"/></svg>`;

/** The options in which the runs differ, so that a table of several says first what sets them apart. */
function differences(run: Run, runs: Run[]): Fact[] {
  const valuesOf = ({ records }: Run) => records.at(-1)?.options ?? {};
  const names = new Set(runs.flatMap((each) => Object.keys(valuesOf(each))));
  names.delete('output'); // the run's name says it
  return [...names].flatMap((name) => {
    const values = new Set(runs.map((each) => described(valuesOf(each)[name])));
    return values.size > 1 ? [{ name, value: described(valuesOf(run)[name]) }] : [];
  });
}

interface Fact {
  name: string;
  value: string;
  note?: string;
}

function factsOf(run: Run): Fact[] {
  const { start, summary, seconds } = run;
  const done =
    run.entries.findLast((entry) => entry.type === 'epoch')?.epoch ?? start.startEpoch - 1;
  const state = summary ? summary.outcome : 'under way';
  const { loss, top1: accuracy } = measuresOf(run);
  const best = evaluations(run, ({ top1 }) => top1).reduce(
    (most, [, top1]) => Math.max(most, top1),
    0,
  );
  const speeds = epochs(run, ({ imagesPerSecond }) => imagesPerSecond).map(([, value]) => value);
  return [
    { name: 'State', value: state, note: `${done + 1} of ${start.epochs} epochs` },
    ...(loss === null ? [] : [{ name: 'Loss', value: loss.toFixed(4), note: 'of the last epoch' }]),
    ...verdictFact(run),
    ...rankFacts(run),
    ...(accuracy === null
      ? []
      : [
          {
            name: 'Accuracy',
            value: `${accuracy.toFixed(1)} %`,
            note: `best ${best.toFixed(1)} %`,
          },
        ]),
    ...(speeds.length === 0
      ? []
      : [{ name: 'Images a second', value: mean(speeds).toFixed(0), note: 'mean of the epochs' }]),
    { name: 'Time', value: clock(seconds), note: perEpoch(run) },
    ...(summary ? [] : waiting(run)),
  ];
}

/** Of a run that has not ended: what is left of it, and when it was last heard of. */
function waiting(run: Run): Fact[] {
  const { start, entries } = run;
  const last = entries.findLast((entry) => entry.type === 'step' && entry.phase === 'train');
  const heard = (entries.at(-1)?.time ?? '').replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  const [date, time] = [heard.slice(0, 10), heard.slice(11)];
  const fact = { name: 'Last heard', value: time, note: date };
  if (last?.type !== 'step') return [fact];
  const steps = (start.epochs - epochsAt(last, start)) * start.stepsPerEpoch;
  const left = clock(Math.max(steps, 0) * last.batchSeconds.average);
  return [{ name: 'Time left', value: left, note: 'at the pace of the epoch' }, fact];
}

function perEpoch(run: Run): string {
  const seconds = epochs(run, (event) => event.seconds).map(([, value]) => value);
  return seconds.length === 0 ? '' : `${clock(mean(seconds))} an epoch`;
}

function verdictFact(run: Run): Fact[] {
  const standing = standingIn(run);
  return standing ? [{ name: 'Verdict', value: nameOfStanding(standing) }] : [];
}

function rankFacts(run: Run): Fact[] {
  const { online, target, difference } = measuresOf(run);
  if (online === null || target === null || difference === null) return [];
  return [
    {
      name: 'Effective rank',
      value: `${online.toFixed(1)} → ${target.toFixed(1)}`,
      note: 'online → target',
    },
    { name: 'Rank difference', value: signed(difference, 1), note: 'mean of the last epoch' },
  ];
}

/** simsiam, poly -1 on the target */
const methodOf = ({ method, predictor }: Run['start']) =>
  [method, predictor && describePredictor(predictor)].filter(Boolean).join(', ');

const madeBy = ({ start }: Run): Fact[] =>
  start.method ? [{ name: 'Method', value: methodOf(start) }] : [];

/** A run's settings in a line. */
export function subtitle({ start }: Run): string {
  return [
    start.command,
    methodOf(start),
    start.arch,
    `${start.trainImages} training images`,
    `${start.batchSize} a batch`,
    `${start.device}, ${start.precision}`,
    `seed ${start.seed}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

export function warnings(runs: Run[]): Markup {
  const texts = runs.flatMap((run) => [
    ...run.entries.flatMap((entry) =>
      entry.type === 'warning' ? [[run.name, entry.message]] : [],
    ),
    ...(run.broken > 0
      ? [[run.name, `${run.broken} lines of events.jsonl could not be read and are left out`]]
      : []),
  ]);
  if (texts.length === 0) return html``;
  return html`<h2>Warnings</h2><ul class="warnings">${texts.map(
    ([name, text]) => html`<li><b>${name}</b> ${text}</li>`,
  )}</ul>`;
}

export function reproduction(runs: Run[]): Markup {
  const commands = runs.map((run) => html`<h3>${run.name}</h3>${starts(run)}`);
  const list =
    runs.length > 3
      ? html`<details><summary>Commands</summary>${commands}</details>`
      : html`${commands}`;
  return html`${list}${circumstances(runs)}${optionTable(runs)}`;
}

const starts = (run: Run) => html`<p>${subtitle(run)}</p>
${run.records.map(
  ({ command, started }) =>
    html`<p class="started">Started ${started}</p><pre tabindex="0"><code>${command}</code></pre>`,
)}
${run.records.length === 0 && html`<p>There is no run.json in ${run.folder}: its options are not known.</p>`}`;

function circumstances(runs: Run[]): Markup {
  return comparison('Made with', 'Of', runs, (run) => {
    const record = run.records.at(-1);
    if (!record) return {};
    const { versions, machine, data, commit } = record;
    return {
      rdm: versions.rdm,
      Node: versions.node,
      LibTorch: versions.libtorch,
      host: machine.host,
      platform: machine.platform,
      processor: `${machine.cpu}, ${machine.cores} cores`,
      device: machine.device,
      'working folder': record.folder,
      'commit of the working folder': commit,
      data: data.folder,
      'commit of the data': data.commit,
      'files of the data': data.listing?.files,
      'SHA-256 of the data’s listing': data.listing?.sha256,
    };
  });
}

const optionTable = (runs: Run[]) =>
  comparison('Options', 'Option', runs, (run) => run.records.at(-1)?.options ?? {});

/** A table with a row for each name; rows in which the runs differ stand out and come first. */
function comparison(
  title: string,
  head: string,
  runs: Run[],
  values: (run: Run) => Record<string, unknown>,
): Markup {
  const all = runs.map(values);
  const names = [...new Set(all.flatMap(Object.keys))];
  const texts = (name: string) => all.map((of) => described(of[name]));
  const differs = (name: string) => new Set(texts(name)).size > 1;
  names.sort((a, b) => Number(differs(b)) - Number(differs(a)));
  if (names.length === 0) return html``;
  return html`<details><summary>${title}</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr><th scope="col">${head}</th>${runs.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${names.map(
    (name) =>
      html`<tr${differs(name) && html` class="differs"`}><th scope="row">${name}</th>${texts(
        name,
      ).map((text) => html`<td>${text}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}

function described(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  return typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value);
}

const signed = (value: number, digits: number): string =>
  `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;

/** 3675 → '1:01:15' */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}
