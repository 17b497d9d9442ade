// What a checkpoint holds, without running any code that might be in it.
//   node examples/inspect.mjs checkpoint_0099.pth.tar
import { inspectCheckpoint } from 'rdm-ssl';

const { tensors, ...info } = await inspectCheckpoint(process.argv[2] ?? 'checkpoint_0099.pth.tar');
console.log(info);
for (const { name, shape, dtype } of tensors) console.log(name, shape.join(' × '), dtype);
