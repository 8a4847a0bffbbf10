'use strict';

// Loaded into a server by `--require`: what it had to do. On SIGUSR2 it writes to the file BENCH_REPORT what came since the
// signal before:
//
//   {"requests": 2551, "writes": 2550, "busyMs": 9120, "sumMs": 9240, "cpuMs": 8410}
//
// `busyMs` is the time in which at least one request waited for its answer; `sumMs` adds up the times of all of them.

const { subscribe } = require('node:diagnostics_channel');
const { renameSync, writeFileSync } = require('node:fs');

const report = process.env.BENCH_REPORT ?? '';
/** @type {WeakMap<object, number>} */
const began = new WeakMap();
const none = { requests: 0, writes: 0, busyMs: 0, sumMs: 0 };
let counted = { ...none };
let underWay = 0;
let busySince = 0;
let cpu = process.cpuUsage();

subscribe('http.server.request.start', (message) => {
  const { request } = /** @type {{ request: import('node:http').IncomingMessage }} */ (message);
  const now = performance.now();
  began.set(request, now);
  if (underWay === 0) busySince = now;
  underWay += 1;
  counted.requests += 1;
  if (request.method !== 'GET') counted.writes += 1;
});

subscribe('http.server.response.finish', (message) => {
  const { request } = /** @type {{ request: import('node:http').IncomingMessage }} */ (message);
  const now = performance.now();
  counted.sumMs += now - (began.get(request) ?? now);
  underWay -= 1;
  if (underWay === 0) counted.busyMs += now - busySince;
});

process.on('SIGUSR2', () => {
  const used = process.cpuUsage(cpu);
  const figures = {
    ...counted,
    cpuMs: (used.user + used.system) / 1000,
  };
  // Renamed when it is whole, for whoever waits for it.
  writeFileSync(`${report}.part`, JSON.stringify(figures));
  renameSync(`${report}.part`, report);
  counted = { ...none };
  cpu = process.cpuUsage();
});
