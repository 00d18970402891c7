// tests/clients/inspector.mjs - the Inspector's CLI: a process for each request
// SPDX-License-Identifier: BSL-1.0
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

import { run } from './programs.mjs';

const installed = path.dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json'));
const launcher = path.join(installed, 'clients/launcher/build/index.js');

/** Its exit status where the tool says that it failed. */
const tool_failed = 5;

export class Inspector {
  /** @param era  legacy, auto or modern
      @param settings  environment of its own */
  constructor(url, era, settings = {}) {
    this.settings = settings;
    this.url = url;
    this.era = era;
    this.home = mkdtempSync(path.join(os.tmpdir(), 'inspector-')); // it keeps servers and logins at home
  }
  close() {
    rmSync(this.home, { recursive: true });
  }

  /** Make one request; resolves to its result. What it says besides is in `said`. */
  async request(method, ...options) {
    const args = ['--cli', '--server-url', this.url.href, '--transport', 'http', '--protocol-era', this.era];
    args.push('--method', method, '--format', 'json', ...options);
    const ended = await run(process.execPath, [launcher, ...args], { HOME: this.home, MCP_INSPECTOR_SECRET_STORE: 'file', ...this.settings });
    const result = ended.stdout && JSON.parse(ended.stdout).result;
    this.said = ended.stderr;
    if (ended.code === tool_failed && result?.isError) return result;
    if (ended.code !== 0)
      throw new Error(`the Inspector's CLI ended ${method} with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    return result;
  }
}
