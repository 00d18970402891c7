// tests/clients/saas.mjs - the example access_saas with a certified provider in Access's place
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Program, free_port } from './programs.mjs';
import { Provider } from './provider.mjs';

/** Seconds that an access token of it lives, unless the test says otherwise. */
const lifetime = 2;

export class Saas {
  /** @param more  arguments of the program
      @param seconds  that an access token of it lives */
  static async start(more = [], seconds = lifetime) {
    const saas = new Saas();
    saas.more = [...more, '--token-lifetime', String(seconds)];
    saas.seconds = seconds;
    const origin = `http://127.0.0.1:${await free_port()}`;
    saas.url = new URL('/mcp', origin);
    saas.provider = await Provider.start(`${origin}/callback`);
    saas.folder = mkdtempSync(path.join(os.tmpdir(), 'saas-'));
    saas.settings = {
      ...saas.provider.settings,
      PUBLIC_URL: origin,
      COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      OAUTH_KV: path.join(saas.folder, 'grants.db'),
    };
    await saas.serve();
    return saas;
  }

  async serve() {
    const args = ['--listen', this.url.host, ...this.more];
    this.server = await Program.start('access_saas', args, this.settings);
  }
  /** Kill the server and start it again: what it must know is in its store. */
  async restart() {
    await this.server.kill();
    await this.serve();
  }

  /** Wait until all tokens that were given out have expired. */
  expiry() {
    return new Promise((resolve) => setTimeout(resolve, (this.seconds + 1) * 1000));
  }

  /** How often somebody logged in at the provider since `forget`, and how often it was asked again. */
  get logins() {
    return this.provider.granted.filter((type) => type === 'authorization_code').length;
  }
  get refreshes() {
    return this.provider.granted.filter((type) => type === 'refresh_token').length;
  }
  forget() {
    this.provider.blocked.clear();
    this.provider.granted = [];
    this.provider.refused = [];
  }

  async stop() {
    await this.server.stop();
    await this.provider.stop();
    rmSync(this.folder, { recursive: true });
    assert.deepEqual(this.provider.errors, []);
    assert.ok(!this.server.output.includes('eyJ'), 'a token is in the log');
  }
}
