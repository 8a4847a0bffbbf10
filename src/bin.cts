#!/usr/bin/env node
// The program `grantry`, and what `npm start` runs. It does one thing before anything else is loaded: Node's thread pool
// takes its size when it is first used, which the loading of the first module already does.
//
// What the pool does here is sign tokens. More signatures at a time than processors only keep the main thread, which
// has the next request, from its turn (docs/decisions/0004-token-path.md).

const { availableParallelism } = process.getBuiltinModule('node:os');

process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(2, availableParallelism()));

void import('./main.js');
