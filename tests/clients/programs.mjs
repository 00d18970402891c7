// tests/clients/programs.mjs - starts the emulator of Cloudflare Access and the server behind it, and ends them
// SPDX-License-Identifier: BSL-1.0
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { request } from './raw.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.resolve(process.env.MCPAWL_BIN_DIR || path.join(root, 'build/release/examples'));
/** Where the program of an example is. */
export const program_path = (name) => path.join(folder, name);

const start_seconds = 30;
const stop_seconds = 10;

const running = new Set();
// a runner that gives up on this file ends it by SIGTERM: take the programs along
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The environment of a program: settings of this process do not reach it. */
function environment(settings) {
  const env = { PATH: process.env.PATH, ...settings };
  for (const kept of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'])
    if (process.env[kept]) env[kept] = process.env[kept];
  return env;
}

/** Run a program to its end; `input` is all that it can read. Resolves to code, stdout and stderr. */
export function run(command, args, settings = {}, input = '') {
  const seconds = 30;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: environment(settings), timeout: seconds * 1000, killSignal: 'SIGKILL' });
    running.add(child);
    const result = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (bytes) => (result[stream] += bytes));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ ...result, code, signal });
    });
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(input);
  });
}

/** A program that said `listening on URL`, or whose log says `listening url=URL`. */
export class Program {
  /** Start it and wait until it is ready. */
  static async start(name, args, settings = {}) {
    const program = new Program();
    program.name = name;
    program.output = '';
    const child = spawn(program_path(name), args, { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] });
    program.child = child;
    running.add(child);
    program.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ error }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    program.ended.then(() => running.delete(child));

    const ready = new Promise((resolve) => {
      const look_for = (stream, form) => {
        let text = '';
        stream.on('data', (bytes) => {
          text += bytes;
          program.output += bytes;
          const line = form.exec(text);
          if (line) resolve(line[1]);
        });
      };
      look_for(child.stdout, /^listening on (http:\S+)/m);
      look_for(child.stderr, / listening url=(http:\S+)/);
    });
    const found = await Promise.race([ready, program.ended, delay(start_seconds)]);
    if (typeof found !== 'string') {
      child.kill('SIGKILL');
      const why = found ? `ended with ${JSON.stringify(found)}` : `was not ready after ${start_seconds} s`;
      throw new Error(`${name} ${why}:\n${program.output}`);
    }
    program.url = new URL(found);
    program.hold(false);
    return program;
  }

  /** Whether this process lives on for it. Not while it only serves: a file whose tests are all left out must end. */
  hold(on) {
    for (const handle of [this.child, this.child.stdout, this.child.stderr]) on ? handle.ref() : handle.unref();
  }

  /** End it as a crash would. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Ask it to end and wait; everything but a clean end with status 0 is an error. */
  async stop() {
    this.hold(true);
    this.child.kill('SIGTERM');
    const result = await Promise.race([this.ended, delay(stop_seconds)]);
    if (result?.code === 0) return;
    this.child.kill('SIGKILL');
    const why = result ? `ended with ${JSON.stringify(result)}` : `did not end within ${stop_seconds} s of SIGTERM`;
    throw new Error(`${this.name} ${why}:\n${this.output}`);
  }
}

function delay(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000, undefined).unref());
}

/** A port of 127.0.0.1 that was free a moment ago, for what must be known before a program runs. */
export function free_port() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The emulator with a server behind it. */
export class Access {
  /** @param settings environment of the server, besides TEAM_DOMAIN and POLICY_AUD
      @param certs the state of the certs endpoint when the server starts
      @param program the server and its options */
  static async start(settings = {}, certs = 'up', program = ['access_self_hosted', '--listen', '127.0.0.1:0']) {
    const access = new Access();
    access.emulator = await Program.start('access_emulator', ['--listen', '127.0.0.1:0', '--as', 'alice@example.com']);
    try {
      access.certs_are_set = certs === 'up' || (await access.certs(certs));
      const { team_domain, aud } = await access.state();
      access.server = await Program.start(program[0], program.slice(1), {
        TEAM_DOMAIN: team_domain,
        POLICY_AUD: aud,
        ...settings,
      });
      await access.control('/emulator/upstream', access.server.url.host);
    } catch (error) {
      await access.emulator.stop();
      throw error;
    }
    return access;
  }

  /** The endpoint as a client reaches it: through the emulator. */
  get url() {
    return new URL(this.server.url.pathname, this.emulator.url);
  }
  /** The endpoint behind the emulator's back, as an attacker in the network might reach it. */
  get direct() {
    return this.server.url;
  }

  async state() {
    const answer = await request('GET', new URL('/emulator', this.emulator.url));
    if (answer.status !== 200) throw new Error(`GET /emulator: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }
  rotate() {
    return this.control('/emulator/rotate', '');
  }
  certs(state) {
    return this.control(`/emulator/certs?state=${state}`, '');
  }
  /** A token as text; `wish` as POST /emulator/token takes it. */
  token(wish) {
    return this.control('/emulator/token', JSON.stringify(wish)).then((text) => text.trim());
  }

  async control(target, body) {
    const answer = await request('POST', new URL(target, this.emulator.url), {}, body);
    if (answer.status !== 200) throw new Error(`POST ${target}: ${answer.status} ${answer.body}`);
    return answer.body;
  }

  /** End both; the server first, which has the connections that matter. */
  async stop() {
    const results = [];
    for (const program of [this.server, this.emulator]) results.push(await program.stop().catch((error) => error));
    const failed = results.find((result) => result instanceof Error);
    if (failed) throw failed;
    // no line of the log may hold a token: `eyJ` begins every one
    if (this.server.output.includes('eyJ')) throw new Error(`a token is in the log:\n${this.server.output}`);
  }
}
