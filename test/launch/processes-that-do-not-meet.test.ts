// Processes that do not come together: what each of them that can know says. One process for each rank, placed
// by the variables of torch's env://.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import test, { before } from 'node:test';
import { dataset, scratch } from '../support/folders.js';
import { few, freePort, placed, stepsIn } from '../support/processes.js';
import { type Result, type RunOptions, rdm } from '../support/rdm.js';

const deadline = { timeout: 120_000 };
const name = (rank: number) => `rank ${rank} \\(${hostname()}, process \\d+\\)`;

let data: string;
before(async () => {
  data = await dataset();
});

interface Started extends RunOptions {
  rank: number;
  of: number;
  port: number;
  flags?: string[];
}

function start({ rank, of, port, flags = [], ...options }: Started): Promise<Result> {
  const line = ['pretrain', ...few, '-b', '8', '--epochs', '1', ...flags];
  return rdm([...line, '--output', scratch(), data], { ...options, env: placed(rank, of, port) });
}

/** Exit code 1, and on stderr the message; of a rank that is not 0 after its own name. */
function refused({ code, stderr }: Result, rank: number, message: string): void {
  assert.equal(code, 1, stderr);
  const who = rank === 0 ? '' : `${name(rank)}: `;
  assert.match(stderr, new RegExp(`^rdm: ${who}${message}`, 'm'));
}

test('a second run at a taken port is refused, and the first goes on', deadline, async () => {
  const port = await freePort();
  const endless = { of: 2, port, flags: ['--epochs', '100000'] };
  let second: Promise<Result[]> | undefined;
  let steps = 0;
  const first = start({
    ...{ rank: 0, ...endless },
    onStdout: (child, stdout) => {
      steps = stepsIn(stdout);
      if (steps < 2 || second) return;
      const more = [start({ rank: 0, of: 2, port }), start({ rank: 1, of: 2, port })];
      second = Promise.all([...more, start({ rank: 2, of: 3, port })]);
      second.then(() => {
        const seen = steps;
        const wait = setInterval(() => {
          if (steps < seen + 2) return;
          clearInterval(wait);
          child.kill('SIGINT');
        }, 50);
      });
    },
  });
  const [zero, one] = await Promise.all([first, start({ rank: 1, ...endless })]);
  assert.equal(zero.code, 130, zero.stderr);
  assert.equal(one.stderr, '');
  const [server, same, further] = (await second) ?? assert.fail();
  refused(server ?? zero, 0, `cannot listen on 127.0.0.1:${port}: Address already in use\n`);
  assert.match(server?.stderr ?? '', /another run uses this port: give each run its own/);
  refused(same ?? zero, 1, `rank 1 is taken at 127.0.0.1:${port}\n`);
  refused(further ?? zero, 2, `rank 2 is taken at 127.0.0.1:${port}\n`);
});

test('different world sizes are told by both', deadline, async () => {
  const port = await freePort();
  const [zero, one] = await Promise.all([
    start({ rank: 0, of: 2, port }),
    start({ rank: 1, of: 3, port }),
  ]);
  const message = 'rank 1 was told of 3 processes, rank 0 of 2\n';
  refused(one, 1, message);
  assert.match(one.stderr, /the same --world-size and --nproc-per-node/);
  refused(zero, 0, `${name(1)} failed: ${message}`);
});

test('different configurations are told by both', deadline, async () => {
  const port = await freePort();
  const [zero, one] = await Promise.all([
    start({ rank: 0, of: 2, port, flags: ['--lr', '0.1'] }),
    start({ rank: 1, of: 2, port, flags: ['--lr', '0.2'] }),
  ]);
  const message = 'rank 1 runs something else than rank 0: lr 0.2, there lr 0.1\n';
  refused(one, 1, message);
  refused(zero, 0, `${name(1)} failed: ${message}`);
});

test('ranks that would use different devices or backends are told by both', deadline, async () => {
  const cuda = ['--device', 'cuda'];
  for (const [first, second, difference] of [
    [['--device', 'auto'], [...cuda, '--dist-backend', 'gloo'], 'device cuda, there device cpu'],
    [[...cuda, '--dist-backend', 'gloo'], cuda, 'backend nccl, there backend gloo'],
  ] as const) {
    const port = await freePort();
    const [zero, one] = await Promise.all([
      start({ rank: 0, of: 2, port, flags: [...first] }),
      start({ rank: 1, of: 2, port, flags: [...second] }),
    ]);
    const message = `rank 1 runs something else than rank 0: ${difference}\n`;
    refused(one, 1, message);
    refused(zero, 0, `${name(1)} failed: ${message}`);
  }
});

test('a rank that is given twice is refused; the others miss one', deadline, async () => {
  const port = await freePort();
  const flags = ['--dist-timeout', '12'];
  const [zero, ...ones] = await Promise.all(
    [0, 1, 1].map((rank) => start({ rank, of: 3, port, flags })),
  );
  // The rank whose time is over first tells the others, who name it.
  const missing = '(.* failed: )?rank 2 of 3 did not come within 12 s\n';
  refused(zero ?? assert.fail(), 0, missing);
  const twice = ones.filter(({ stderr }) => stderr.includes('is taken'));
  assert.equal(twice.length, 1);
  for (const one of ones) {
    const said = one === twice[0] ? `rank 1 is taken at 127.0.0.1:${port}\n` : missing;
    refused(one, 1, said);
  }
});

test('a rank that never comes is missed, and so is rank 0', deadline, async () => {
  const flags = ['--dist-timeout', '5'];
  const [zero, one] = await Promise.all([
    start({ rank: 0, of: 2, port: await freePort(), flags }),
    start({ rank: 1, of: 2, port: await freePort(), flags }),
  ]);
  refused(zero, 0, 'rank 1 of 2 did not come within 5 s\n     were all nodes started');
  refused(one, 1, 'rank 1 found no store at 127.0.0.1:\\d+ within 5 s\n     is rank 0 running');
});
