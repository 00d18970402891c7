// tests/browser/saas.mjs - a server that is its own authorization server, and an OAuth client of it by hand
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Program } from '../clients/programs.mjs';
import { post_stateless } from '../clients/raw.mjs';

/** A port that was free a moment ago: the callback is part of the application at Access, so it must be known first. */
async function free_port() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The stand-in for Access, and access_saas, or another server with its settings, that signs people in there. */
export class Saas {
  /** @param public_url the origin that browsers know it by, if a proxy stands before it
      @param other another program, arguments for the emulator, and settings by the emulator's state */
  static async start(public_url, { program = 'access_saas', emulator = [], settings = () => ({}) } = {}) {
    const saas = new Saas();
    const port = await free_port();
    saas.direct = `http://127.0.0.1:${port}`;
    const origin = public_url ?? saas.direct;
    saas.emulator = await Program.start('access_emulator',
      ['--listen', '127.0.0.1:0', '--redirect', `${origin}/callback`, ...emulator]);
    try {
      const state = await (await fetch(new URL('/emulator', saas.emulator.url))).json();
      const { oidc } = state;
      saas.server = await Program.start(program, ['--listen', `127.0.0.1:${port}`], {
        PUBLIC_URL: origin,
        ACCESS_CLIENT_ID: oidc.client_id,
        ACCESS_CLIENT_SECRET: oidc.client_secret,
        ACCESS_AUTHORIZATION_URL: oidc.authorization_url,
        ACCESS_TOKEN_URL: oidc.token_url,
        ACCESS_JWKS_URL: oidc.jwks_url,
        COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
        OAUTH_KV: 'memory:',
        ALLOWED_EMAILS: 'alice@example.com',
        OPERATOR_NAME: 'Example Inc.',
        OPERATOR_URL: 'https://example.com/',
        ...settings(state),
      });
    } catch (error) {
      await saas.emulator.stop();
      throw error;
    }
    saas.origin = origin;
    saas.resource = `${origin}/mcp`;
    saas.team = saas.emulator.url.origin;
    return saas;
  }

  async control(change) {
    const answer = await fetch(`${this.team}/emulator/oidc`, { method: 'POST', body: new URLSearchParams(change) });
    assert.equal(answer.status, 200);
  }

  /** Register a client. */
  async register(redirect_uri, metadata = {}) {
    const body = { client_name: 'Example Client', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'], ...metadata };
    const answer = await fetch(`${this.direct}/register`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, await answer.clone().text());
    return new OAuthClient(this, (await answer.json()).client_id, redirect_uri);
  }

  /** Ask the server who is calling. */
  async whoami(access_token) {
    const answer = await post_stateless(this.server.url, 'tools/call', { name: 'whoami', arguments: {} },
      { Authorization: `Bearer ${access_token}` });
    return { status: answer.status, who: answer.status === 200 ? JSON.parse(answer.body).result.structuredContent : undefined };
  }

  async stop() {
    const results = [];
    for (const program of [this.server, this.emulator]) results.push(await program.stop().catch((error) => error));
    const failed = results.find((result) => result instanceof Error);
    if (failed) throw failed;
  }
}

/** A proxy that ends TLS, with a certificate nobody has reason to trust. */
export class TlsProxy {
  static async start() {
    const proxy = new TlsProxy();
    const folder = mkdtempSync(path.join(tmpdir(), 'mcpawl-'));
    const [key, cert] = ['key', 'cert'].map((name) => path.join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=mcp.example', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    proxy.server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      const { method, url, headers } = request;
      const onward = http.request(new URL(url, proxy.to), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.server.address().port;
    return proxy;
  }
  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

class OAuthClient {
  constructor(saas, client_id, redirect_uri) {
    Object.assign(this, { saas, client_id, redirect_uri });
  }

  /** A new authorization request; its verifier and state are kept for `redeem`. */
  url(changed = {}) {
    this.verifier = randomBytes(32).toString('base64url');
    this.state = randomBytes(8).toString('base64url');
    const asked = { response_type: 'code', client_id: this.client_id, redirect_uri: this.redirect_uri, state: this.state,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'), code_challenge_method: 'S256',
      resource: this.saas.resource, ...changed };
    return `${this.saas.origin}/authorize?${new URLSearchParams(asked)}`;
  }

  async token(form) {
    const answer = await fetch(`${this.saas.direct}/token`, {
      method: 'POST', body: new URLSearchParams({ client_id: this.client_id, ...form }) });
    return { status: answer.status, ...(await answer.json()) };
  }

  /** Take what came back to the redirect URI as a response to the last request, and redeem its code. */
  redeem(arrived) {
    assert.equal(arrived.get('error'), null);
    assert.equal(arrived.get('state'), this.state);
    assert.equal(arrived.get('iss'), this.saas.origin);
    return this.token({ grant_type: 'authorization_code', code: arrived.get('code'), code_verifier: this.verifier,
      redirect_uri: this.redirect_uri, resource: this.saas.resource });
  }
}
