// A load generator that costs the machine little: prepared bytes out, answers counted by their length. It runs as a
// process of its own, since it shares the machine with what it measures.
//
//   echo '{"port":3000,"connections":16,"seconds":5,"warmUpSeconds":1,"requests":["GET / HTTP/1.1\r\n…"]}' | node bench/load.mjs
//
// Prints {"perSecond", "failed", "p50", "p99"}; times in milliseconds. Whatever is not 2xx is counted as failed.

import { readFileSync } from 'node:fs';
import net from 'node:net';

const { port, connections, seconds, warmUpSeconds, requests } = JSON.parse(readFileSync(0, 'utf8'));
const prepared = requests.map((/** @type {string} */ request) => Buffer.from(request));
const end = Buffer.from('\r\n\r\n');
const latencies = [];
let failed = 0;
let next = 0;
let measuring = false;

/** The length of a whole answer that starts at 0; 0 while it has not arrived. */
function answerLength(/** @type {Buffer} */ data) {
  const head = data.indexOf(end);
  if (head < 0) return 0;
  const length = /content-length: (\d+)/i.exec(data.latin1Slice(0, head))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length');
  const total = head + end.length + Number(length);
  return data.length >= total ? total : 0;
}

function connect() {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let sentAt = 0;
  let received = Buffer.alloc(0);
  const send = () => {
    sentAt = performance.now();
    socket.write(prepared[next++ % prepared.length]);
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (answerLength(received) === 0) return;
    if (measuring) latencies.push(performance.now() - sentAt);
    if (received[9] !== 0x32) failed += 1;
    received = Buffer.alloc(0);
    send();
  });
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  return socket;
}

const sockets = Array.from({ length: connections }, connect);
// What is compiled and cached on the way is not what is measured.
await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000));
measuring = true;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
measuring = false;
const elapsed = (performance.now() - start) / 1000;
for (const socket of sockets) socket.destroy();
latencies.sort((a, b) => a - b);
const percentile = (/** @type {number} */ p) =>
  Number((latencies[Math.floor(latencies.length * p)] ?? 0).toFixed(2));
process.stdout.write(
  JSON.stringify({
    perSecond: Math.round(latencies.length / elapsed),
    failed,
    p50: percentile(0.5),
    p99: percentile(0.99),
  }),
);
