// The library in a service: trains what it is asked for, one after the other, and tells how far each is.
//   node examples/service.mjs FOLDER [PORT]      runs are written to FOLDER
//   curl -X POST localhost:8080/runs -d '{"data": "/data/cifar10", "arch": "resnet18", "cropSize": 32}'
//   curl localhost:8080/runs/1          how it stands: its last event of an epoch, or its result
//   curl -X DELETE localhost:8080/runs/1          saves and ends it
// Ctrl-C saves what trains, and ends.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pretrain, RdmError } from 'rdm-ssl';

const [folder, port = '8080'] = process.argv.slice(2);
if (!folder) throw new Error('usage: node examples/service.mjs FOLDER [PORT]');

const runs = [];
let last = Promise.resolve(); // of those that wait for each other

function start(options) {
  const run = {
    state: 'waiting',
    output: join(folder, `${runs.length + 1}`),
    stop: new AbortController(),
  };
  runs.push(run);
  last = last.then(async () => {
    if (run.stop.signal.aborted) return;
    run.state = 'training';
    const control = {
      signal: run.stop.signal,
      onEvent: (event) => {
        if (event.type === 'epoch') run.epoch = event;
      },
    };
    try {
      run.result = await pretrain({ ...options, output: run.output }, control);
      run.state = run.result.outcome;
    } catch (error) {
      if (!(error instanceof RdmError)) throw error;
      run.state = 'failed'; // what is wrong with the options or the data, and what to do
      run.error = { code: error.code, message: error.message, hint: error.hint };
    }
  });
  return runs.length;
}

const server = createServer(async (request, response) => {
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  const [, id] = /^\/runs(?:\/(\d+))?$/.exec(request.url) ?? [];
  const run = runs[Number(id) - 1];
  if (request.method === 'POST' && request.url === '/runs') {
    let text = '';
    for await (const chunk of request) text += chunk;
    try {
      answer(202, { id: start(JSON.parse(text)) });
    } catch (error) {
      answer(400, { message: error.message });
    }
  } else if (run) {
    if (request.method === 'DELETE') run.stop.abort();
    const { stop, ...told } = run;
    answer(200, told);
  } else answer(404, { message: 'no such run' });
});

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/runs`);
});
process.once('SIGINT', async () => {
  for (const { stop } of runs) stop.abort();
  await last;
  server.close();
  server.closeAllConnections();
});
