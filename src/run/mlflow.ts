// A run's options and curves at an MLflow server, by its REST API. Training never waits for it: what the server does
// not take is told once, and lost where it stays so. Source: MLflow's "REST API", 2.0.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { Event, StartEvent } from '../types/events.js';
import { plotted } from './scalars.js';

/** Of one request: MLflow's own limits. */
const mostMetrics = 1000;
const mostParams = 100;
const longestParam = 500;
/** Of a server that does not answer. */
const patience = 10_000;
/** Curves that wait for a server which is away; older points go first. */
const mostWaiting = 100_000;

interface Metric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

export interface MlflowRun {
  event(event: Event): void;
  /** Sends what is left and how the run ended; waits some seconds at most. */
  end(status: 'FINISHED' | 'KILLED' | 'FAILED'): Promise<void>;
}

/**
 * `params` are the run's options once it has started; `onTrouble` hears why the server does not take the run, once
 * until it does again. Throws `usage` of an address that is none.
 */
export function openMlflow(
  server: string,
  output: string,
  params: (start: StartEvent) => Record<string, unknown>,
  onTrouble: (reason: string) => void,
): MlflowRun {
  if (!URL.canParse(server) || !/^https?:/i.test(server)) {
    const hint = 'it begins with http:// or https://, as of `mlflow server`';
    throw new RdmError('usage', `--mlflow takes the address of a server, not ${server}`, hint);
  }
  const post = caller(server);
  const pointOf = plotted();
  const waiting: Metric[] = [];
  let run: Promise<string> | undefined;
  let sending: Promise<void> | undefined;
  let away = false;
  let started: StartEvent | undefined;

  const attempt = async (start: StartEvent) => {
    run ??= openRun(post, server, output, params(start), start.resumed !== null);
    const run_id = await run.catch((error) => {
      run = undefined;
      throw error;
    });
    while (waiting.length > 0) {
      const metrics = waiting.slice(0, mostMetrics);
      await post('runs/log-batch', { run_id, metrics });
      waiting.splice(0, metrics.length);
    }
    return run_id;
  };
  /** Not before half a minute after a failure. */
  let next = 0;
  const send = async (start: StartEvent) => {
    if (Date.now() < next) return;
    await attempt(start).then(
      () => {
        away = false;
      },
      (error) => {
        next = Date.now() + 30_000;
        waiting.splice(0, Math.max(0, waiting.length - mostWaiting));
        if (!away) onTrouble(reasonOf(error));
        away = true;
      },
    );
  };

  return {
    event: (event) => {
      if (event.type === 'start') started = event;
      const point = pointOf(event);
      if (!started || (!point && event.type !== 'start')) return;
      const timestamp = Date.now();
      for (const [key, value] of Object.entries(point?.scalars ?? {})) {
        waiting.push({ key, value, timestamp, step: point?.step ?? 0 });
      }
      sending ??= send(started).finally(() => {
        sending = undefined;
      });
    },
    end: async (status) => {
      await sending;
      if (!started) return;
      try {
        const run_id = await attempt(started);
        await post('runs/update', { run_id, status, end_time: Date.now() });
      } catch (error) {
        if (!away) onTrouble(reasonOf(error));
      }
    },
  };
}

type Post = (path: string, body: object) => Promise<Record<string, unknown>>;

/** Calls the server, as whom the variables of MLflow's own clients say. */
function caller(server: string): Post {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user } = process.env;
  const password = process.env.MLFLOW_TRACKING_PASSWORD ?? '';
  const basic = user && `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const authorization = token ? `Bearer ${token}` : basic;
  return async (path, body) => {
    const response = await fetch(`${server.replace(/\/+$/, '')}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
    const text = await response.text();
    if (response.ok) return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    throw new Refused(response.status, text);
  };
}

class Refused extends Error {
  readonly code: string | undefined;

  constructor(status: number, text: string) {
    let told: { error_code?: string; message?: string } = {};
    try {
      told = JSON.parse(text) as typeof told;
    } catch {} // a page of some server between
    super(`it answered ${status}${told.message ? `: ${told.message.split('\n')[0]}` : ''}`);
    this.code = told.error_code;
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error; // fetch hides the reason in its cause
  return (cause instanceof Error && cause.message) || message;
}

const noteFile = (output: string) => join(output, 'mlflow.json');

/** The identifier of the run there: a resumed one goes on in that of its folder. */
async function openRun(
  post: Post,
  server: string,
  output: string,
  params: Record<string, unknown>,
  resumed: boolean,
): Promise<string> {
  const earlier = resumed ? noted(server, output) : undefined;
  if (earlier) {
    await post('runs/update', { run_id: earlier, status: 'RUNNING' });
    return earlier;
  }
  const experiment_id = await experiment(post, process.env.MLFLOW_EXPERIMENT_NAME || 'rdm');
  const run_name = basename(resolve(output));
  const created = await post('runs/create', { experiment_id, run_name, start_time: Date.now() });
  const { run_id } = (created.run as { info: { run_id: string } }).info;
  const all = Object.entries(params).map(([key, value]) => ({
    key,
    value: String(value).slice(0, longestParam),
  }));
  for (let at = 0; at < all.length; at += mostParams) {
    await post('runs/log-batch', { run_id, params: all.slice(at, at + mostParams) });
  }
  try {
    writeFileSync(noteFile(output), `${JSON.stringify({ server, run: run_id })}\n`);
  } catch {} // a resumed run will be another one there
  return run_id;
}

function noted(server: string, output: string): string | undefined {
  try {
    const note = JSON.parse(readFileSync(noteFile(output), 'utf8')) as Record<string, unknown>;
    return note.server === server && typeof note.run === 'string' ? note.run : undefined;
  } catch {
    return undefined;
  }
}

async function experiment(post: Post, name: string): Promise<string> {
  try {
    return (await post('experiments/create', { name })).experiment_id as string;
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error;
    const found = await post('experiments/search', {
      max_results: 1,
      filter: `name = '${name.replaceAll("'", "\\'")}'`,
    });
    const [first] = found.experiments as { experiment_id: string }[];
    if (!first) throw error;
    return first.experiment_id;
  }
}
