// rdm watch's page: one run, live, by server-sent events; nothing else of the machine is served.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { RdmError } from '../base/errors.js';
import type { Logged } from '../run/entry.js';
import { openLog } from '../run/log.js';
import type { WatchOptions } from '../types/report.js';
import { pageOf, policy, updateOf } from './page.js';
import { type Run, runsOf } from './runs.js';

const between = 1000; // ms between two looks at the run

export async function serveRun(folder: string, options: WatchOptions): Promise<void> {
  const { host = '127.0.0.1', port = 0, onListening, signal } = options;
  const run = openRun(folder);
  run.read(); // refuses a folder that holds no run
  const secret = loopback.test(host) ? '' : randomBytes(16).toString('hex');
  const readers = new Set<ServerResponse>();
  const server = createServer();
  await listen(server, host, port);
  const { port: actual } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host; // all of this machine's addresses
  const address = `http://${isIPv6(name) ? `[${name}]` : name}:${actual}/`;
  onListening?.(secret ? `${address}?token=${secret}` : address);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((end, fail) => {
      const guarded = attempt(fail);
      server.on('request', (request, response) =>
        guarded(() => answer(request, response, secret, run, readers)),
      );
      timer = setInterval(() => guarded(() => tell(run, readers)), between);
      if (signal?.aborted) end();
      signal?.addEventListener('abort', () => end(), { once: true });
    });
  } finally {
    clearInterval(timer);
    server.close();
    server.closeAllConnections();
  }
}

/** An error in a callback ends the service. */
const attempt = (fail: (error: unknown) => void) => (call: () => void) => {
  try {
    call();
  } catch (error) {
    fail(error);
  }
};

interface WatchedRun {
  /** As it stands now. */
  read(): Run[];
  /** Whether something came since the last call. */
  moved(): boolean;
}

function openRun(folder: string): WatchedRun {
  const log = openLog(folder);
  let entries: Logged[] = [];
  let told = 0;
  let runs: Run[] | undefined;
  return {
    read: () => {
      entries = entries.concat(log.read());
      try {
        runs = runsOf(folder, entries, log.broken());
      } catch (error) {
        if (!(runs && error instanceof RdmError)) throw error; // run.json was spoilt meanwhile
      }
      return runs;
    },
    moved: () => {
      entries = entries.concat(log.read());
      const before = told;
      told = entries.length;
      return told !== before;
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  secret: string,
  run: WatchedRun,
  readers: Set<ServerResponse>,
): void {
  const path = permitted(request, secret);
  if (path === '/') sendPage(response, pageOf(run.read(), { live: true }));
  else if (path === '/events') addReader(readers, response, message(run));
  else refuse(response, path === undefined ? 403 : 404);
}

function tell(run: WatchedRun, readers: Set<ServerResponse>): void {
  if (!run.moved() || readers.size === 0) return;
  const text = message(run);
  for (const reader of readers) reader.write(text);
}

/** As server-sent events are written. */
const message = (run: WatchedRun) => `data: ${JSON.stringify(updateOf(run.read()))}\n\n`;

const loopback = /^(127\.0\.0\.1|\[?::1\]?|localhost)$/;

/** The requested path; undefined where the request has no right to it. */
function permitted({ method, url = '/', headers: { host = '' } }: IncomingMessage, secret: string) {
  const [path, query] = url.split('?');
  if (method !== 'GET') return undefined;
  if (secret) return same(new URLSearchParams(query).get('token') ?? '', secret) ? path : undefined;
  // A foreign page whose name was made to resolve to this machine still sends its own name as Host.
  return loopback.test(host.replace(/:\d+$/, '')) ? path : undefined;
}

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
};

function sendPage(response: ServerResponse, page: string): void {
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy(true),
  });
  response.end(page);
}

// The first message brings what came since the page was made, or since the connection broke.
function addReader(readers: Set<ServerResponse>, response: ServerResponse, first: string): void {
  response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
  response.write(`retry: 2000\n${first}`); // ms until the page asks again
  readers.add(response);
  response.on('close', () => readers.delete(response));
}

function refuse(response: ServerResponse, status: 403 | 404): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain' });
  response.end(
    status === 403 ? 'not for you: open the address that rdm watch printed\n' : 'no such page\n',
  );
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    throw new RdmError(
      'usage',
      `cannot listen on ${host}, port ${port}: ${(cause as Error).message}`,
      'take another --port, or leave it out for a free one',
      { cause },
    );
  }
}
