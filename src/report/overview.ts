// The parts of a report that are not charts: how the runs stand, what they warned of, how to make them again.
import { verdictOf } from '../run/verdict.js';
import { colorOf } from './overlay.js';
import type { Run } from './runs.js';
import { epochs, evaluations, mean, ranks, trainSteps } from './series.js';
import { clock, html, type Markup, signed } from './text.js';

/** The figures that tell most, one run beside the other. */
export function overview(runs: Run[]): Markup {
  const facts = runs.map(factsOf);
  const [first] = facts;
  if (runs.length === 1 && first) return cards(first);
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

// Shapes of colours say nothing to a screen reader; the name beside it does.
const swatch = (index: number) =>
  html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="${colorOf(index)}"/></svg>`;

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
  const loss =
    epochs(run, (event) => event.loss).at(-1)?.[1] ??
    trainSteps(run, (event) => event.loss.average).at(-1)?.[1];
  const accuracy = evaluations(run, ({ top1 }) => top1).at(-1)?.[1];
  const best = evaluations(run, ({ top1 }) => top1).reduce(
    (most, [, top1]) => Math.max(most, top1),
    0,
  );
  const speeds = epochs(run, ({ imagesPerSecond }) => imagesPerSecond).map(([, value]) => value);
  return [
    { name: 'State', value: state, note: `${done + 1} of ${start.epochs} epochs` },
    ...(loss === undefined
      ? []
      : [{ name: 'Loss', value: loss.toFixed(4), note: 'of the last epoch' }]),
    ...verdictFact(run),
    ...rankFacts(run),
    ...(accuracy === undefined
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
  ];
}

function perEpoch(run: Run): string {
  const seconds = epochs(run, (event) => event.seconds).map(([, value]) => value);
  return seconds.length === 0 ? '' : `${clock(mean(seconds))} an epoch`;
}

/** Also of a run from before there were verdicts. */
function verdictFact({ start, entries }: Run): Fact[] {
  const verdict = verdictOf([start, ...entries.filter((entry) => entry.type !== 'summary')]);
  return verdict ? [{ name: 'Verdict', value: verdict.verdict.replace('_', ' ') }] : [];
}

/** Of the last epoch, as one batch's rank says little. */
function rankFacts(run: Run): Fact[] {
  const last = (value: Parameters<typeof ranks>[1]) => {
    const points = ranks(run, value);
    const begin = Math.ceil(points.at(-1)?.[0] ?? 0) - 1;
    return mean(points.filter(([x]) => x > begin).map(([, y]) => y));
  };
  const difference = last((event) => event.difference);
  if (Number.isNaN(difference)) return [];
  const [online, target] = [
    last((event) => event.online.effectiveRank),
    last((event) => event.target.effectiveRank),
  ];
  return [
    {
      name: 'Effective rank',
      value: `${online.toFixed(1)} → ${target.toFixed(1)}`,
      note: 'online → target',
    },
    { name: 'Rank difference', value: signed(difference, 1), note: 'mean of the last epoch' },
  ];
}

/** What a run is, in a line. */
export function subtitle({ start }: Run): string {
  return [
    start.command,
    start.method,
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
  return html`${runs.map(
    (run) => html`<h3>${run.name}</h3>
<p>${subtitle(run)}</p>
${run.records.map(
  ({ command, started }) =>
    html`<p class="started">Started ${started}</p><pre tabindex="0"><code>${command}</code></pre>`,
)}
${run.records.length === 0 && html`<p>There is no run.json in ${run.folder}: its options are not known.</p>`}`,
  )}${circumstances(runs)}${optionTable(runs)}`;
}

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

/** A row a name; rows in which the runs differ stand out and come first. */
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
