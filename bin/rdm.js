#!/usr/bin/env node
import { main } from '../dist/cli/main.js';
import { leave } from '../dist/native/addon.js';

await main(process.argv);
process.on('exit', leave); // behind all others that listen
