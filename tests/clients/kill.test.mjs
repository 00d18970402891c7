// tests/clients/kill.test.mjs - what access_saas has answered is good after a SIGKILL, two hundred times
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { Program } from './programs.mjs';
import { post_stateless, request } from './raw.mjs';

const rounds = Number(process.env.MCPAWL_KILL_ROUNDS ?? 200);
const people = 4; // who log in and refresh at the same time
const redirect_uri = 'http://127.0.0.1:7777/done';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

async function free_port() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const form = (fields) => new URLSearchParams(fields).toString();
const form_headers = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A server on one port, started and killed again and again over one store. */
class Mortal {
  constructor(port, settings) {
    this.listen = `127.0.0.1:${port}`;
    this.origin = `http://${this.listen}`;
    this.settings = settings;
  }
  async start() {
    this.program = await Program.start('access_saas', ['--listen', this.listen], this.settings);
    this.program.hold(true);
  }
  async kill() {
    this.program.child.kill('SIGKILL');
    await this.program.ended;
  }
  ask(method, target, headers, body) {
    return request(method, new URL(target, this.origin), headers, body);
  }
  register() {
    const metadata = { client_name: 'Mortal', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'] };
    return this.ask('POST', '/register', { 'Content-Type': 'application/json' }, JSON.stringify(metadata));
  }
  authorization(client_id) {
    return this.ask('GET', `/authorize?${form({ response_type: 'code', client_id, redirect_uri, state: 's',
      code_challenge: challenge, code_challenge_method: 'S256', resource: `${this.origin}/mcp` })}`);
  }
  token(fields) {
    return this.ask('POST', '/token', form_headers, form(fields));
  }
  redeem(client_id, code) {
    return this.token({ grant_type: 'authorization_code', client_id, code, redirect_uri, code_verifier: verifier });
  }
  refresh(client_id, refresh_token) {
    return this.token({ grant_type: 'refresh_token', client_id, refresh_token });
  }
  whoami(access_token) {
    return post_stateless(new URL('/mcp', this.origin), 'tools/call', { name: 'whoami', arguments: {} },
      { Authorization: `Bearer ${access_token}` });
  }

  /** The way of a browser from the page to the code. */
  async approve(page) {
    const jar = new Map();
    const keep = (answer) => (answer.headers['set-cookie'] ?? []).forEach((line) => {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      value === '' ? jar.delete(name) : jar.set(name, value);
    });
    const cookies = () => ({ Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') });
    keep(page);
    const handle = /name="handle" value="([^"]+)"/.exec(page.body)[1];
    const away = await this.ask('POST', '/authorize', { ...form_headers, ...cookies() }, form({ handle, decision: 'approve' }));
    keep(away);
    const back = await request('GET', new URL(away.headers.location));
    const done = await request('GET', new URL(back.headers.location), cookies());
    return new URL(done.headers.location).searchParams.get('code');
  }
}

/** Log in and refresh until the server dies; note what it answered. */
async function live(server, seen) {
  const fine = (answer, status) => assert.equal(answer.status, status, answer.body);
  try {
    for (;;) {
      const registered = await server.register();
      if (registered.status === 429) return;
      fine(registered, 201);
      const mine = { client_id: JSON.parse(registered.body).client_id };
      seen.push(mine);
      const page = await server.authorization(mine.client_id);
      fine(page, 200);
      mine.code = await server.approve(page);
      const first = await server.redeem(mine.client_id, mine.code);
      fine(first, 200);
      Object.assign(mine, JSON.parse(first.body));
      for (let i = 0; i !== 3; ++i) {
        const next = await server.refresh(mine.client_id, mine.refresh_token);
        fine(next, 200);
        Object.assign(mine, JSON.parse(next.body));
      }
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    // the connection died with the server
  }
}

/** Hold a server that was started anew to what its predecessor had answered. */
async function judge(server, seen) {
  for (const { client_id, code, access_token, refresh_token } of seen) {
    assert.equal((await server.authorization(client_id)).status, 200, 'a registered client is lost');
    if (access_token) {
      assert.equal((await server.whoami(access_token)).status, 200, 'an access token is lost');
      const next = await server.refresh(client_id, refresh_token);
      assert.equal(next.status, 200, `a refresh token is lost: ${next.body}`);
      assert.equal((await server.redeem(client_id, code)).status, 400, 'a code is good twice');
      assert.equal((await server.whoami(JSON.parse(next.body).access_token)).status, 401, 'a replay ends nothing');
    } else if (code) {
      // good, or spent for tokens that nobody got
      await server.redeem(client_id, code);
      assert.equal((await server.redeem(client_id, code)).status, 400, 'a code is good twice');
    }
  }
}

test(`${rounds} kills`, { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpawl-kill-'));
  const emulator = await Program.start('access_emulator', ['--listen', '127.0.0.1:0']);
  emulator.hold(true);
  const port = await free_port();
  const server = new Mortal(port, {});
  const control = await request('POST', new URL('/emulator/oidc', emulator.url), form_headers,
    form({ redirect: `${server.origin}/callback`, sign_in: 'alice@example.com' }));
  assert.equal(control.status, 200, control.body);
  const { oidc } = JSON.parse((await request('GET', new URL('/emulator', emulator.url))).body);
  server.settings = {
    PUBLIC_URL: server.origin, OAUTH_KV: path.join(folder, 'oauth.db'), COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    ACCESS_CLIENT_ID: oidc.client_id, ACCESS_CLIENT_SECRET: oidc.client_secret, ACCESS_TOKEN_URL: oidc.token_url,
    ACCESS_AUTHORIZATION_URL: oidc.authorization_url, ACCESS_JWKS_URL: oidc.jwks_url,
    // a refresh token of Access that was replaced in the moment of the kill would be lost, by nobody's fault
    ACCESS_SCOPES: 'openid email profile', REFRESH_UNCHECKED: 'true',
  };
  let seen = [];
  const count = { clients: 0, codes: 0, tokens: 0 };
  try {
    for (let round = 0; round !== rounds; ++round) {
      await server.start();
      await judge(server, seen);
      seen = [];
      const all = Promise.all(Array.from({ length: people }, () => live(server, seen)));
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 130));
      await server.kill();
      await all;
      count.clients += seen.length;
      count.codes += seen.filter(({ code }) => code).length;
      count.tokens += seen.filter(({ access_token }) => access_token).length;
    }
    await server.start();
    await judge(server, seen);
    await server.program.stop();
    // of a test in which nothing happened nothing follows
    assert.ok(count.clients > rounds && count.tokens > rounds / 2, JSON.stringify(count));
    console.log(`acknowledged before ${rounds} kills: ${JSON.stringify(count)}`);
  } finally {
    server.program.child.kill('SIGKILL');
    await emulator.stop();
    rmSync(folder, { recursive: true });
  }
});
