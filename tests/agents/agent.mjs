// tests/agents/agent.mjs - the command-line agents: how each is told about a server, logs in, and lists tools
// SPDX-License-Identifier: BSL-1.0
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folder = import.meta.dirname;
const browser = path.join(folder, 'browser.mjs');
const modules = path.join(folder, 'node_modules');
const arch = { x64: { claude: 'linux-x64', codex: 'x86_64' }, arm64: { claude: 'linux-arm64', codex: 'aarch64' } }[process.arch];
const seconds = 60;

const running = new Set();
process.on('exit', () => running.forEach((child) => end(child)));
/** End a program with all that it has started. */
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** An agent with a home of its own, where a browser is a person who approves. */
class Agent {
  constructor() {
    this.home = mkdtempSync(path.join(os.tmpdir(), 'agent-'));
    this.pages_file = path.join(this.home, 'pages');
    const bin = path.join(this.home, 'bin');
    mkdirSync(bin);
    for (const name of ['xdg-open', 'sensible-browser', 'x-www-browser', 'www-browser']) {
      const program = path.join(bin, name);
      writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${browser}' "$1"\n`);
      chmodSync(program, 0o700);
    }
    this.env = { HOME: this.home, PATH: `${bin}:${process.env.PATH}`, PAGES: this.pages_file, BROWSER: path.join(bin, 'xdg-open'), TERM: 'xterm' };
  }

  /** The pages its browser ended at. */
  get pages() {
    if (!existsSync(this.pages_file)) return [];
    return readFileSync(this.pages_file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  }

  /** Run a program until it ends or `done` holds. Resolves to its exit code, if it ended, and output. */
  run(command, args, { input, done = () => false, env = {} } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd: this.home, env: { ...this.env, ...env }, detached: true });
      running.add(child);
      let output = '';
      const look = () => {
        if (done(output)) finish({ output });
      };
      const timer = setInterval(look, 100);
      const late = setTimeout(() => finish(new Error(`${command} ${args.join(' ')}: not done after ${seconds} s:\n${output}`)), seconds * 1000);
      const finish = (result) => {
        clearInterval(timer);
        clearTimeout(late);
        running.delete(child);
        end(child);
        result instanceof Error ? reject(result) : resolve(result);
      };
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (bytes) => {
          output += bytes;
          look();
        });
      child.once('error', finish);
      child.once('close', (code) => finish({ code, output }));
      child.stdin.on('error', () => {}); // it may end without reading
      if (input !== undefined) child.stdin.write(input);
      else child.stdin.end();
    });
  }

  /** Log in, and wait until the browser has come to its end. Resolves to the page it ended at, and the output. */
  async login() {
    const before = this.pages.length;
    const { code, output } = await this.log_in(() => this.pages.slice(before).some(({ status }) => status >= 400));
    return { code, output, page: this.pages.at(-1) };
  }

  close() {
    rmSync(this.home, { recursive: true });
  }
}

export class ClaudeCode extends Agent {
  static title = 'Claude Code 2.1.197';
  static document_host = 'claude.ai';
  program = path.join(modules, `@anthropic-ai/claude-code-${arch.claude}/claude`);

  constructor() {
    super();
    Object.assign(this.env, { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' });
  }

  add(url, token) {
    const header = token ? ['--header', `Authorization: Bearer ${token}`] : [];
    return this.run(this.program, ['mcp', 'add', '--scope', 'user', '--transport', 'http', 'demo', url.href, ...header]);
  }
  log_in(done) {
    // it wants a terminal
    return this.run('script', ['-qec', `'${this.program}' mcp login demo`, '/dev/null'], { input: '', done });
  }
  /** What it would offer a model: told before the first call, which goes nowhere here. */
  async tools() {
    const args = ['-p', 'x', '--output-format', 'stream-json', '--verbose'];
    const env = { ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' };
    const found = (output) => /"subtype":"init"[^\n]*\n/.test(output);
    const { output } = await this.run(this.program, args, { env, done: found });
    const line = output.split('\n').find((each) => each.includes('"subtype":"init"'));
    if (!line) throw new Error(output);
    const prefix = 'mcp__demo__';
    return JSON.parse(line).tools.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)).sort();
  }
}

export class Codex extends Agent {
  static title = 'Codex 0.171.0';
  static document_host = 'chatgpt.com';
  program = path.join(modules, `@openai/codex-linux-${process.arch}/vendor/${arch.codex}-unknown-linux-musl/bin/codex`);

  async add(url, token) {
    const config = path.join(this.home, '.codex');
    mkdirSync(config);
    const lines = ['cli_auth_credentials_store = "file"', 'mcp_oauth_credentials_store = "file"', '[mcp_servers.demo]', `url = "${url.href}"`];
    if (token) lines.push('bearer_token_env_var = "DEMO_TOKEN"');
    writeFileSync(path.join(config, 'config.toml'), `${lines.join('\n')}\n`);
    if (token) this.env.DEMO_TOKEN = token;
    return { code: 0 };
  }
  log_in(done) {
    return this.run(this.program, ['mcp', 'login', 'demo'], { done });
  }
  async tools() {
    const messages = [
      { id: 1, method: 'initialize', params: { clientInfo: { name: 'tests', title: null, version: '1' } } },
      { method: 'initialized' },
      { id: 2, method: 'mcpServerStatus/list', params: {} },
    ];
    const input = messages.map((each) => `${JSON.stringify(each)}\n`).join('');
    const found = (output) => /"id":2,[^\n]*\n/.test(output);
    const { output } = await this.run(this.program, ['app-server'], { input, done: found });
    const line = output.split('\n').find((each) => each.includes('"id":2,'));
    if (!line) throw new Error(output);
    const server = JSON.parse(line).result.data.find(({ name }) => name === 'demo');
    return Object.keys(server.tools).sort();
  }
}

export const agents = [ClaudeCode, Codex];
