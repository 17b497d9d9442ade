// rdm watch: the live page's service, and the run on the terminal.
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type Event, followRun, watch } from 'rdm-ssl';
import { asLines, rank, runFolder, start, step, summary, wholeRun } from '../support/events.js';
import { rdm } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

/** Calls `use` with the address of a run's live page, and ends the service after it. */
async function served(
  folder: string,
  options: { host?: string },
  use: (url: URL) => Promise<void>,
) {
  const ending = new AbortController();
  let ended = Promise.resolve();
  const url = await new Promise<string>((onListening, failed) => {
    ended = watch(folder, { ...options, onListening, signal: ending.signal });
    ended.catch(failed);
  });
  try {
    await use(new URL(url));
  } finally {
    ending.abort();
    await ended;
  }
}

/** As fetch does not: the path as it is, and any Host. */
const status = (url: URL, path: string, headers = {}, method = 'GET') =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname: host, port } = url;
    const asked = request({ host, port, path, headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });

test('the page is served on this machine alone, with a policy that lets it reach nothing else', async () => {
  await served(runFolder(wholeRun), {}, async (url) => {
    assert.equal(url.hostname, '127.0.0.1');
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /data-live/);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'.*connect-src 'self'/);
  });
});

test('nothing but the page and its events is served', async () => {
  await served(runFolder(wholeRun), {}, async (url) => {
    for (const path of [
      '/events.jsonl',
      '/../../etc/passwd',
      '/%2e%2e/events.jsonl',
      '//etc/passwd',
      '//',
    ]) {
      assert.equal(await status(url, path), 404, path);
    }
    assert.equal(await status(url, '/', {}, 'POST'), 403);
    assert.equal(await status(url, '/', { host: 'elsewhere.example' }), 403);
    assert.equal(await status(url, '/', { host: 'a b' }), 403);
  });
});

test('elsewhere than on this machine alone, the address holds a secret', async () => {
  await served(runFolder(wholeRun), { host: '0.0.0.0' }, async (url) => {
    assert.equal(url.hostname, hostname().toLowerCase(), 'a name that another machine can use');
    url.hostname = '127.0.0.1';
    const token = url.searchParams.get('token') ?? '';
    assert.ok(token.length >= 32);
    assert.equal(await status(url, `/?token=${token}`), 200);
    assert.equal(await status(url, '/'), 403);
    assert.equal(await status(url, '/events?token=wrong'), 403);
  });
});

test('what a run adds reaches the page as a server-sent event', async () => {
  const folder = runFolder([start, step(0, 0, -1)]);
  await served(folder, {}, async (url) => {
    const { body } = await fetch(new URL('events', url));
    assert.ok(body);
    appendFileSync(join(folder, 'events.jsonl'), asLines([rank(0, 0, 11, 22)]));
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.split('\n\n').length > 2) break; // how it stands, then what came
    }
    const data = JSON.parse(text.slice(text.lastIndexOf('data:') + 5)) as {
      parts: Record<string, string>;
    };
    assert.match(data.parts.overview ?? '', /11\.0 → 22\.0/);
  });
});

test('malformed events and a spoilt run.json end no page', async () => {
  const folder = runFolder([start, step(0, 0, -1)]);
  await served(folder, {}, async (url) => {
    const malformed = { ...rank(0, 0, 11, 22), online: null };
    appendFileSync(join(folder, 'events.jsonl'), asLines([malformed]));
    const page = await (await fetch(url)).text();
    assert.ok(page.includes('1 lines of events.jsonl could not be read'));
    writeFileSync(join(folder, 'run.json'), '[{"command": 5}]');
    assert.equal(await status(url, '/'), 200);
  });
});

test('a port that is taken is said', async () => {
  await served(runFolder(wholeRun), {}, async ({ port }) => {
    const { code, stderr } = await rdm(['watch', runFolder(wholeRun), '--port', port], noAddon);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^rdm: cannot listen on 127\.0\.0\.1, port \d+: .*\n +take another --port/,
    );
  });
});

test('Ctrl-C ends the command, which is no failure', async () => {
  const { code, stdout } = await rdm(['watch', runFolder(wholeRun)], {
    ...noAddon,
    onStdout: (child) => child.kill('SIGINT'),
  });
  assert.equal(code, 0);
  assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
});

test('--terminal shows the run as it shows itself, and ends with it', async () => {
  const { code, stdout, stderr } = await rdm(['watch', runFolder(wholeRun), '--terminal'], noAddon);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/^Epoch: \[\d\]\[\d\/4\]/gm)?.length, 12);
  assert.match(stderr, /rdm: done\n$/);
});

test('a run that goes on is followed to its end', async () => {
  const folder = runFolder([start, step(0, 0, -1)]);
  const seen: Event[] = [];
  const result = await followRun(folder, {
    onEvent: (event) => {
      seen.push(event);
      if (event.type !== 'step') return;
      const next = event.step === 0 ? step(0, 1, -2) : { ...summary };
      appendFileSync(join(folder, 'events.jsonl'), asLines([next]));
    },
  });
  assert.equal(result?.outcome, 'done');
  assert.deepEqual(
    seen.map(({ type }) => type),
    ['start', 'step', 'step'],
  );
});

test('following ends where it is aborted', async () => {
  const ending = new AbortController();
  const following = followRun(runFolder([start]), {
    onEvent: () => ending.abort(),
    signal: ending.signal,
  });
  assert.equal(await following, undefined);
});
