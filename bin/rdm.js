#!/usr/bin/env node
import { leave, main } from '../dist/bundle/main.js';

await main(process.argv);
process.on('exit', leave); // behind all others that listen
