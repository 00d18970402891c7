// tests/agents/agents.test.mjs - agents log in, list tools and refresh where nothing but this machine is reached
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Access, Program } from '../clients/programs.mjs';
import { request } from '../clients/raw.mjs';
import { agents } from './agent.mjs';
import { Recorder } from './recorder.mjs';

const timeout = 300_000;
const token_lifetime = 5;
const alice = 'alice@example.com';
const metadata_path = '/.well-known/oauth-authorization-server';

/** access_saas behind a recorder, with the emulator as Cloudflare Access. */
class Saas {
  static async start(settings = {}) {
    const saas = new Saas();
    saas.recorder = await Recorder.start();
    const { origin } = saas.recorder;
    saas.url = new URL('/mcp', origin);
    const client = ['--client-id', 'application', '--client-secret', 'secret', '--redirect', `${origin}/callback`];
    saas.emulator = await Program.start('access_emulator', ['--listen', '127.0.0.1:0', '--as', 'none', ...client]);
    await saas.control(`sign_in=${encodeURIComponent(alice)}`);
    saas.folder = mkdtempSync(path.join(os.tmpdir(), 'saas-'));
    saas.server = await Program.start('access_saas', ['--listen', '127.0.0.1:0', '--token-lifetime', String(token_lifetime)], {
      PUBLIC_URL: origin,
      ACCESS_CLIENT_ID: 'application',
      ACCESS_CLIENT_SECRET: 'secret',
      ACCESS_CONFIG_URL: `${saas.emulator.url.origin}/cdn-cgi/access/sso/oidc/application/.well-known/openid-configuration`,
      COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      OAUTH_KV: path.join(saas.folder, 'grants.db'),
      ALLOWED_EMAILS: alice,
      ...settings,
    });
    saas.recorder.to = saas.server.url;
    return saas;
  }

  async control(form) {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await request('POST', new URL('/emulator/oidc', this.emulator.url), headers, form);
    assert.equal(answer.status, 200, answer.body);
  }
  async advertises() {
    const answer = await request('GET', new URL(metadata_path, this.url));
    return JSON.parse(answer.body).client_id_metadata_document_supported === true;
  }
  expiry() {
    return new Promise((resolve) => setTimeout(resolve, (token_lifetime + 1) * 1000));
  }

  async stop() {
    await this.server.stop();
    await this.emulator.stop();
    await this.recorder.stop();
    rmSync(this.folder, { recursive: true });
  }
}

for (const Kind of agents)
  describe(Kind.title, () => {
    let saas, agent;
    before(async () => {
      saas = await Saas.start();
      agent = new Kind();
      await agent.add(saas.url);
    });
    after(async () => {
      await saas?.stop();
      agent?.close();
    });

    const all_tools = ['add', 'draw', 'whoami'];
    const asked = (grant) => saas.recorder.count('POST', '/token', `grant_type=${grant}`);

    /** Log in, list tools, and list them again when the token has expired. */
    async function use(agent) {
      const { page, code, output } = await agent.login();
      assert.equal(page.status, 200, output);
      assert.equal(code, 0, output);
      assert.deepEqual(await agent.tools(), all_tools);
      const [codes, refreshes] = [asked('authorization_code'), asked('refresh_token')];
      await saas.expiry();
      assert.deepEqual(await agent.tools(), all_tools);
      assert.ok(asked('refresh_token') > refreshes, 'it refreshed');
      assert.equal(asked('authorization_code'), codes, 'the person was asked once');
    }

    test('logs in by its document though that cannot be fetched, lists tools, and refreshes', { timeout }, async () => {
      assert.ok(await saas.advertises());
      await use(agent);
      assert.equal(saas.recorder.count('POST', '/register'), 0);
      const { output } = saas.server;
      for (const part of ['client_fetch_failed', `host=${Kind.document_host}`, 'CLIENT_DOCUMENTS']) assert.ok(output.includes(part), output);
    });

    test('registers from then on, lists tools, and refreshes', { timeout }, async () => {
      assert.ok(!(await saas.advertises()));
      const newcomer = new Kind();
      try {
        await newcomer.add(saas.url);
        await use(newcomer);
        assert.equal(saas.recorder.count('POST', '/register'), 1);
      } finally {
        newcomer.close();
      }
    });
  });

describe('with CLIENT_DOCUMENTS=off', () => {
  for (const Kind of agents)
    test(`${Kind.title} registers at once`, { timeout }, async () => {
      const saas = await Saas.start({ CLIENT_DOCUMENTS: 'off' });
      const agent = new Kind();
      try {
        await agent.add(saas.url);
        const { code, page, output } = await agent.login();
        assert.equal(page.status, 200, output);
        assert.equal(code, 0, output);
        assert.equal(saas.recorder.count('POST', '/register'), 1);
      } finally {
        agent.close();
        await saas.stop();
      }
    });
});

describe('with pinned documents', () => {
  for (const Kind of agents)
    test(`${Kind.title} is known by its document, which nobody fetches`, { timeout }, async () => {
      const file = path.join(import.meta.dirname, '../../docs/client_documents.json');
      const saas = await Saas.start({ CLIENT_DOCUMENTS: 'on', CLIENT_DOCUMENTS_FILE: file });
      const agent = new Kind();
      try {
        await agent.add(saas.url);
        const { code, page, output } = await agent.login();
        assert.equal(page.status, 200, output);
        assert.equal(code, 0, output);
        assert.equal(saas.recorder.count('POST', '/register'), 0);
        assert.deepEqual(await agent.tools(), ['add', 'draw', 'whoami']);
      } finally {
        agent.close();
        await saas.stop();
      }
    });
});

describe('access_self_hosted behind the emulator', () => {
  let access;
  before(async () => (access = await Access.start({ ALLOWED_EMAILS: alice })));
  after(() => access?.stop());

  for (const Kind of agents)
    test(`${Kind.title} lists tools with a token`, { timeout }, async () => {
      const agent = new Kind();
      try {
        await agent.add(access.url, await access.token({ email: alice }));
        assert.deepEqual(await agent.tools(), ['add', 'draw', 'whoami']);
      } finally {
        agent.close();
      }
    });
});
