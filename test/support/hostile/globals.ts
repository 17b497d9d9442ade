// Pickles that ask for a function: in every way there is to name one, and in every pickle of a file.
import { legacy, records, zip } from './archive.js';
import type { Hostile } from './cases.js';
import { call, checkpoint, global, int, list, program, raw, stackGlobal, text } from './pickle.js';

const names = [
  ...['os.system', 'posix.system', 'nt.system', 'os.popen', 'os.execv', 'posix.fork', 'pty.spawn'],
  ...['subprocess.Popen', 'subprocess.check_output', 'subprocess.run', 'commands.getoutput'],
  ...['builtins.eval', 'builtins.exec', 'builtins.__import__', 'builtins.getattr'],
  ...[
    'builtins.open',
    'builtins.compile',
    'builtins.globals',
    '__builtin__.eval',
    '__builtin__.file',
  ],
  ...['importlib.import_module', 'runpy.run_path', 'code.interact', 'timeit.timeit', 'pdb.run'],
  ...['pickle.loads', '_pickle.loads', 'marshal.loads', 'dill.loads', 'joblib.load', 'numpy.load'],
  ...['torch.load', 'torch.hub.load', 'torch.jit.load', 'torch.storage._load_from_bytes'],
  ...['torch.ops.load_library', 'torch.utils.cpp_extension.load', 'torch.nn.Linear'],
  ...['torch.QUInt8Storage', 'torch._utils._rebuild_sparse_tensor', 'torch.cuda.FloatTensor'],
  ...['operator.attrgetter', 'operator.methodcaller', 'functools.partial', 'types.CodeType'],
  ...['shutil.rmtree', 'socket.socket', 'ctypes.CDLL', 'webbrowser.open', 'smtplib.SMTP'],
];

const refusal = (name: string) => `refuses the global ${name}`;
const command = text('touch rdm-was-here');
const poisoned = (name: string) => checkpoint({ rdm: call(global(name), command) });

const inZip: Hostile[] = names.map((name) => ({
  name: `${name} by GLOBAL`,
  says: refusal(name),
  pieces: () => zip(records(poisoned(name))),
}));

const byStack: Hostile[] = ['os.system', 'builtins.eval', 'torch.collections.OrderedDict'].map(
  (name) => ({
    name: `${name} by STACK_GLOBAL`,
    says: refusal(name),
    pieces: () => zip(records(checkpoint({ rdm: call(stackGlobal(name), command) }))),
  }),
);

const inLegacy: Hostile[] = (['magic', 'protocol', 'machine', 'pickle', 'keys'] as const).map(
  (part) => ({
    name: `os.system in the ${part} of the older format`,
    says: part === 'magic' ? 'it is not a file of torch.save' : refusal('os.system'),
    pieces: () => legacy({ [part]: program(call(global('os.system'), command)) }),
  }),
);

const opcodes: [what: string, body: Buffer, says: string][] = [
  ['INST', raw('(ios\nsystem\n'), 'it uses opcode 105, which torch.save never writes'],
  ['EXT1', raw('\x82\x01'), 'it uses opcode 130, which torch.save never writes'],
  ['EXT4', raw('\x84\x01\0\0\0'), 'it uses opcode 132, which torch.save never writes'],
  ['NEXT_BUFFER', raw('\x97'), 'it uses opcode 151, which torch.save never writes'],
];

const odd: [what: string, module: Buffer, says: string][] = [
  [
    'a name of numbers',
    Buffer.concat([int(1), int(2), raw('\x93')]),
    'names a global by something else than text',
  ],
  ['a name of 60 KB', global(`os.${'x'.repeat(60_000)}`), `${refusal('os.')}${'x'.repeat(100)}`],
  ['a name that would clear the terminal', global('os.\x1b[2Jsystem'), refusal('os.?[2Jsystem')],
  ['a name in another script', stackGlobal('оs.system'), refusal('оs.system')],
  ['an empty name', raw('c\n\n'), refusal('.')],
  [
    'a name with a zero',
    stackGlobal('collections.OrderedDict\0'),
    refusal('collections.OrderedDict?'),
  ],
  [
    'a list of good globals and a bad one',
    list(global('torch.FloatStorage'), global('torch.os')),
    refusal('torch.os'),
  ],
];

export const globals: Hostile[] = [
  ...inZip,
  ...byStack,
  ...inLegacy,
  ...[...opcodes, ...odd].map(([name, body, says]) => ({
    name,
    says,
    pieces: () => zip(records(checkpoint({ rdm: body }))),
  })),
];
