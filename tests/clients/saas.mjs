// tests/clients/saas.mjs - examples/access_saas with a certified provider in Access's place
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Program, free_port } from './programs.mjs';
import { Provider } from './provider.mjs';

/** Seconds that an access token of it lives. */
const lifetime = 2;

export class Saas {
  static async start() {
    const saas = new Saas();
    const origin = `http://127.0.0.1:${await free_port()}`;
    saas.url = new URL('/mcp', origin);
    saas.provider = await Provider.start(`${origin}/callback`);
    saas.server = await Program.start('access_saas', ['--listen', saas.url.host, '--token-lifetime', String(lifetime)], {
      ...saas.provider.settings,
      PUBLIC_URL: origin,
      COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      OAUTH_KV: 'memory:',
    });
    return saas;
  }

  /** Wait until all tokens that were given out have expired. */
  expiry() {
    return new Promise((resolve) => setTimeout(resolve, (lifetime + 1) * 1000));
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
    assert.deepEqual(this.provider.errors, []);
    assert.ok(!this.server.output.includes('eyJ'), 'a token is in the log');
  }
}
