// tests/clients/kill.test.mjs - what access_saas has answered is good after a SIGKILL, two hundred times
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { ByHand, judge } from './by_hand.mjs';
import { Program, free_port } from './programs.mjs';
import { post_form, request } from './raw.mjs';

const rounds = Number(process.env.MCPAWL_KILL_ROUNDS ?? 200);
const people = 4; // who log in and refresh at the same time

/** A server on one port, started and killed again and again over one store. */
class Mortal extends ByHand {
  constructor(port, settings) {
    super(`http://127.0.0.1:${port}`);
    this.listen = `127.0.0.1:${port}`;
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
      mine.code = await server.approve(mine.client_id);
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

test(`${rounds} kills`, { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpawl-kill-'));
  const emulator = await Program.start('access_emulator', ['--listen', '127.0.0.1:0']);
  emulator.hold(true);
  const port = await free_port();
  const server = new Mortal(port, {});
  const control = await post_form(new URL('/emulator/oidc', emulator.url),
    { redirect: `${server.origin}/callback`, sign_in: 'alice@example.com' });
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
