// tests/agents/recorder.mjs - stands in front of a server and keeps what it was asked
// SPDX-License-Identifier: BSL-1.0
import http from 'node:http';

/** Passes requests on to a server on this machine. `asked` has their method, path, and what a form said. */
export class Recorder {
  asked = [];

  static async start() {
    const recorder = new Recorder();
    recorder.server = http.createServer((request, answer) => recorder.pass(request, answer));
    await new Promise((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    recorder.server.unref();
    recorder.origin = `http://127.0.0.1:${recorder.server.address().port}`;
    return recorder;
  }

  pass(request, answer) {
    const kept = { method: request.method, path: request.url.split('?')[0], body: '' };
    this.asked.push(kept);
    const onward = http.request(new URL(request.url, this.to), { method: request.method, headers: request.headers, agent: false });
    onward.on('response', (from) => {
      kept.status = from.statusCode;
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    request.on('data', (bytes) => (kept.body += bytes));
    request.pipe(onward);
  }

  /** How often this was asked since `forget`. */
  count(method, path, part = '') {
    return this.asked.filter((each) => each.method === method && each.path === path && each.body.includes(part)).length;
  }
  forget() {
    this.asked = [];
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
