// tests/clients/soak.mjs - minutes of calls by clients that leave at random moments; memory and descriptors must not grow
// SPDX-License-Identifier: BSL-1.0
//
// usage: node tests/clients/soak.mjs [MINUTES]      10 by default; programs of build/release/examples or MCPAWL_BIN_DIR
//
// It compares the server after a quarter of the time, when every buffer has grown to its size, with the end.
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';

import { Access } from './programs.mjs';

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0 && minutes <= 60)) throw new Error('minutes must be a number from 0 to 60');
const workers = 16;
const allowed_growth_kib = 2048;

const access = await Access.start({ ALLOWED_EMAILS: 'alice@example.com' });
const pid = access.server.child.pid;
const rss = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
function call(name, args, token) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: meta } });
  return [
    'POST /mcp HTTP/1.1', `Host: ${access.direct.host}`, 'Content-Type: application/json',
    'Accept: application/json, text/event-stream', 'MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/call',
    `Mcp-Name: ${name}`, `Cf-Access-Jwt-Assertion: ${token}`, `Content-Length: ${Buffer.byteLength(body)}`, '', body,
  ].join('\r\n');
}

let calls = 0, answers = 0, left = 0;
const end = Date.now() + minutes * 60_000;
async function worker() {
  let token, minted = 0;
  while (Date.now() < end) {
    if (Date.now() - minted > 20_000) {
      token = await access.token({ email: 'alice@example.com' });
      minted = Date.now();
    }
    const socket = net.connect(Number(access.direct.port), '127.0.0.1');
    socket.on('error', () => {});
    socket.on('data', (bytes) => (answers += bytes.toString().split('HTTP/1.1 200').length - 1));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let i = Math.floor(Math.random() * 8); i >= 0; --i) {
      const whole = Math.random() < 0.95
        ? call('add', { a: Math.random(), b: 1 }, token)
        : call('draw', { prompt: 'soak', numbers: [1, 2, 3] }, token);
      calls += 1;
      socket.write(Math.random() < 0.8 ? whole : whole.slice(0, Math.floor(Math.random() * whole.length)));
      await pause(Math.random() * 30);
    }
    left += 1;
    if (Math.random() < 0.5) socket.resetAndDestroy();
    else socket.end();
    setTimeout(() => socket.destroy(), 50);
    await closed;
  }
}

const running = Promise.all(Array.from({ length: workers }, worker));
await pause(minutes * 15_000);
const before = rss();
console.log(`after ${(minutes / 4).toFixed(1)} min: RSS ${before} KiB, ${calls} calls, ${answers} answers, ${left} clients left`);
await running;
await pause(1000);
const after = rss(), open = descriptors();
console.log(`after ${minutes} min: RSS ${after} KiB, ${calls} calls, ${answers} answers, ${left} clients left, ${open} descriptors`);
await access.stop();
if (answers === 0) throw new Error('nothing was answered');
if (after > before + allowed_growth_kib) throw new Error(`memory grew by ${after - before} KiB`);
if (open > 32) throw new Error(`${open} descriptors are open without a client`);
