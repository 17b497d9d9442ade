// npm run test:mlflow: a run at a real MLflow server, from PyPI in a folder of its own (--in DIR: 1 GB; --mlflow FILE:
// one that is there). The curves that it keeps are those of events.jsonl, its run has ended well, and one whose server
// is killed on the way trains on. --screenshot FILE.png or FILE.webp: its page, in Chromium or the browser of CHROMIUM.
// Exit code 1 where anything differs.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pretrain, synthesize } from '../../dist/index.js';

const { values: flags } = parseArgs({
  options: { in: { type: 'string', default: tmpdir() }, mlflow: { type: 'string' }, screenshot: { type: 'string' } },
});
const scratch = mkdtempSync(join(flags.in, 'rdm-mlflow-'));
const program = flags.mlflow ?? install();

function install() {
  console.log('installing mlflow');
  execFileSync('python3', ['-m', 'venv', join(scratch, 'python')]);
  execFileSync(join(scratch, 'python/bin/pip'), ['install', '--quiet', 'mlflow'], { stdio: 'inherit' });
  return join(scratch, 'python/bin/mlflow');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** In a session of its own, as it starts others. */
async function serve(name) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['server', '--host', '127.0.0.1', '--port', `${port}`, '--workers', '1'];
  const store = ['--backend-store-uri', `sqlite:///${scratch}/${name}.db`, '--artifacts-destination', join(scratch, name)];
  const child = spawn(program, [...args, ...store], { stdio: 'ignore', detached: true, cwd: scratch });
  for (let tries = 0; ; ++tries) {
    const up = await fetch(`${url}/health`).then(({ ok }) => ok, () => false);
    if (up) return { url, kill: () => process.kill(-child.pid, 'SIGKILL') };
    assert.ok(tries < 240 && child.exitCode === null, 'the server does not come up');
    await pause(500);
  }
}

const data = join(scratch, 'images');
await synthesize({ output: data, trainPerClass: 20, valPerClass: 2, size: 40, seed: 1 });
const options = (output, mlflow) => ({
  ...{ data, output, mlflow, arch: 'resnet18', cropSize: 32, batchSize: 16, dim: 64, predDim: 32 },
  ...{ workers: 2, seed: 3, device: 'cpu', printFreq: 1, epochs: 3 },
});

try {
  const { url, kill } = await serve('kept');
  const output = join(scratch, 'run');
  await pretrain(options(output, url));
  const { run } = JSON.parse(readFileSync(join(output, 'mlflow.json'), 'utf8'));
  const api = async (path) => (await fetch(`${url}/api/2.0/mlflow/${path}`)).json();
  const { info, data: kept } = (await api(`runs/get?run_id=${run}`)).run;
  assert.equal(info.status, 'FINISHED');
  assert.equal(kept.params.find(({ key }) => key === 'batchSize').value, '16');
  const { metrics } = await api(`metrics/get-history?run_id=${run}&metric_key=train/loss&max_results=1000`);
  const events = readFileSync(join(output, 'events.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
  const steps = events.filter(({ type, phase }) => type === 'step' && phase === 'train');
  const perEpoch = steps[0].stepsPerEpoch;
  assert.deepEqual(
    metrics.map(({ step, value }) => [step, value]),
    steps.map(({ epoch, step, loss }) => [epoch * perEpoch + step, loss.value]),
  );
  console.log(`MLflow keeps ${kept.metrics.length} curves, ${metrics.length} losses as in events.jsonl, ${kept.params.length} options`);
  if (flags.screenshot) await shoot(`${url}/#/experiments/${info.experiment_id}/runs/${run}/model-metrics`, flags.screenshot);
  kill();

  const dying = await serve('dying');
  const warnings = [];
  const summary = await pretrain(options(join(scratch, 'second'), dying.url), {
    onEvent: (event) => {
      if (event.type === 'step' && event.epoch === 1 && event.step === 0) dying.kill();
      if (event.type === 'warning') warnings.push(event.message);
    },
  });
  assert.equal(summary.outcome, 'done');
  assert.equal(warnings.length, 1, warnings.join('\n'));
  const loss = events.findLast(({ type }) => type === 'epoch').loss;
  assert.equal(summary.loss, loss);
  console.log(`killed in mid-run: done, the same loss, and ${warnings[0]}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function shoot(page, path) {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  const tab = await browser.newPage();
  tab.setDefaultTimeout(120_000); // a busy machine draws late
  await tab.setViewport({ width: 1280, height: 1010 });
  // Its assistant opens by itself the first time, in the place of the curves.
  await tab.evaluateOnNewDocument(() => localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true'));
  await tab.goto(page);
  await tab.waitForSelector('.js-plotly-plot .scatterlayer .trace');
  await pause(5000); // more of them
  await tab.screenshot({ path });
  await browser.close();
}
