// --mlflow, with a server of our own that keeps what MLflow would; scripts/proofs/mlflow.mjs asks MLflow itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { type Event, type PretrainOptions, pretrain, type StepEvent } from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

interface Metric {
  key: string;
  value: number;
  step: number;
}

interface Kept {
  experiments: string[];
  runs: { run_name: string; status: string }[];
  params: Record<string, string>;
  metrics: Metric[];
  authorization: (string | undefined)[];
}

type Body = Record<string, never> & {
  name: string;
  run_name: string;
  run_id: string;
  status: string;
  metrics?: Metric[];
  params?: { key: string; value: string }[];
};

/** As the REST API is documented: an experiment that is there is an error, and searched for. */
async function mlflow(context: TestContext, dieAfter = Infinity) {
  const kept: Kept = { experiments: [], runs: [], params: {}, metrics: [], authorization: [] };
  let requests = 0;
  const server: Server = createServer(async (request, response) => {
    if (++requests > dieAfter) return request.socket.destroy();
    kept.authorization.push(request.headers.authorization);
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as Body;
    const answer = (value: object, status = 200) =>
      response.writeHead(status).end(JSON.stringify(value));
    const call = request.url?.replace('/api/2.0/mlflow/', '');
    if (call === 'experiments/create') {
      if (kept.experiments.includes(body.name)) {
        answer({ error_code: 'RESOURCE_ALREADY_EXISTS', message: 'there' }, 400);
      } else answer({ experiment_id: `${kept.experiments.push(body.name)}` });
    } else if (call === 'experiments/search') {
      answer({ experiments: [{ experiment_id: '1' }] });
    } else if (call === 'runs/create') {
      const count = kept.runs.push({ run_name: body.run_name, status: 'RUNNING' });
      answer({ run: { info: { run_id: `run${count - 1}` } } });
    } else if (call === 'runs/log-batch') {
      kept.metrics.push(...(body.metrics ?? []));
      for (const { key, value } of body.params ?? []) kept.params[key] = value;
      answer({});
    } else if (call === 'runs/update') {
      const run = kept.runs[Number(body.run_id.slice(3))];
      if (run) run.status = body.status;
      answer({});
    } else answer({ error_code: 'ENDPOINT_NOT_FOUND', message: `no ${call}` }, 404);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, kept };
}

const data = await dataset();
const options = (mlflow: string, output = scratch()): PretrainOptions => ({
  ...{ data, output, mlflow, ...quick, batchSize: 16, dim: 64, predDim: 32 },
  ...{ workers: 2, seed: 3, device: 'cpu', printFreq: 1, epochs: 2 },
});

test('a run has its options and curves there, and a resumed one goes on in it', async (context) => {
  const { url, kept } = await mlflow(context);
  const output = scratch();
  const events: Event[] = [];
  const onEvent = (event: Event) => events.push(event);
  await pretrain({ ...options(`${url}/`, output), epochs: 1 }, { onEvent });
  assert.deepEqual(kept.experiments, ['rdm']);
  assert.deepEqual(kept.runs, [{ run_name: output.split('/').at(-1), status: 'FINISHED' }]);
  assert.equal(kept.params.batchSize, '16');
  assert.match(kept.params.command ?? '', /^rdm pretrain .*--mlflow /);
  const resume = { resume: 'auto', resumeAnyway: true };
  await pretrain({ ...options(`${url}/`, output), ...resume }, { onEvent });
  assert.equal(kept.runs.length, 1);
  const steps = events.filter((event): event is StepEvent => event.type === 'step');
  const losses = kept.metrics.filter(({ key }) => key === 'train/loss');
  assert.deepEqual(
    losses.map(({ step, value }) => [step, value]),
    steps.map(({ epoch, step, loss }) => [3 * epoch + step, loss.value]),
  );
  assert.ok(kept.metrics.some(({ key, step }) => key === 'epoch/loss' && step === 6));
  await pretrain(options(`${url}/`));
  assert.deepEqual([kept.experiments.length, kept.runs.length], [1, 2]); // found by search
});

test('a server that dies in mid-run changes nothing but a warning', async (context) => {
  const { url, kept } = await mlflow(context, 4);
  const events: Event[] = [];
  const summary = await pretrain(options(url), { onEvent: (event) => events.push(event) });
  assert.equal(summary.outcome, 'done');
  const alone = await pretrain({ ...options(''), mlflow: '' });
  assert.equal(summary.loss, alone.loss);
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  assert.equal(warnings.length, 1, warnings.join('\n'));
  assert.ok(warnings[0]?.startsWith(`MLflow at ${url} does not get this run: `), warnings[0]);
  assert.equal(kept.runs[0]?.status, 'RUNNING');
});

test('a server that is not there, or is another, is told on the line, which trains', async (context) => {
  const flags = [...small, '--epochs', '1', '--output', scratch(), data];
  const none = await rdm(['pretrain', '--mlflow', 'http://127.0.0.1:9', ...flags]);
  assert.equal(none.code, 0, none.stderr);
  assert.match(
    none.stderr,
    /^rdm: warning: MLflow at http:\/\/127\.0\.0\.1:9 does not get this run: /m,
  );
  const { url } = await mlflow(context);
  const more = ['pretrain', '--overwrite', '--mlflow', `${url}/elsewhere`, ...flags];
  const other = await rdm(more);
  assert.equal(other.code, 0, other.stderr);
  assert.match(other.stderr, /does not get this run: it answered 404: no \/elsewhere/);
});

test('the variables of MLflow say who sends; an address that is none is refused', async (context) => {
  const { url, kept } = await mlflow(context);
  const flags = [...small, '--epochs', '1', '--output', scratch(), data];
  const env = { MLFLOW_TRACKING_TOKEN: 'secret', MLFLOW_EXPERIMENT_NAME: 'filters' };
  const { code } = await rdm(['pretrain', '--mlflow', url, ...flags], { env });
  assert.equal(code, 0);
  assert.deepEqual([...new Set(kept.authorization)], ['Bearer secret']);
  assert.deepEqual(kept.experiments, ['filters']);
  const wrong = await rdm(['pretrain', '--mlflow', 'localhost', '--overwrite', ...flags]);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /^rdm: --mlflow takes the address of a server, not localhost\n +it begins/m,
  );
});
