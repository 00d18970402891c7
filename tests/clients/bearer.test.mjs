// tests/clients/bearer.test.mjs - official clients log in at an issuer of their own accord and use the example bearer
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError as Unauthorized1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
  UnauthorizedError as Unauthorized2,
} from '@modelcontextprotocol/client';

import { Login } from './login.mjs';
import { Program } from './programs.mjs';
import { post_stateless, request } from './raw.mjs';

const timeout = 60_000;
const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function listen(handler) {
  const server = http.createServer(handler);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.unref())));
}
const url_of = (server) => `http://127.0.0.1:${server.address().port}`;

/** An issuer with a login that never asks: RFC 8414 metadata alone, ES256, scopes as an array in `scp`. */
class Issuer {
  static async start(audience) {
    const issuer = new Issuer();
    issuer.audience = audience;
    issuer.asked = [];
    issuer.server = await listen((asked, answer) => issuer.answer(asked, answer));
    issuer.url = url_of(issuer.server);
    issuer.rotate();
    return issuer;
  }

  rotate() {
    this.keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.kid = `key ${(this.count = (this.count ?? 0) + 1)}`;
  }

  token(scp, changes = {}) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.url, aud: [this.audience], sub: 'alice', iat: now, exp: now + 600, scp };
    const own = { department: 'sales', email: 'alice@example.com' };
    const text = `${base64url({ alg: 'ES256', kid: this.kid, typ: 'at+jwt' })}.${base64url({ ...claims, ...own, ...changes })}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.keys.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  async answer(asked, answer) {
    const url = new URL(asked.url, this.url);
    const parts = [];
    for await (const part of asked) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const json = (status, value) => answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/oauth-authorization-server')
      return json(200, {
        issuer: this.url,
        jwks_uri: `${this.url}/jwks`,
        authorization_endpoint: `${this.url}/authorize`,
        token_endpoint: `${this.url}/token`,
        registration_endpoint: `${this.url}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
      });
    if (url.pathname === '/jwks')
      return json(200, { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: this.kid, use: 'sig' }] });
    if (url.pathname === '/register') return json(201, { ...JSON.parse(body), client_id: 'client' });
    if (url.pathname === '/authorize') {
      this.login = Object.fromEntries(url.searchParams);
      const back = new URL(this.login.redirect_uri);
      back.search = new URLSearchParams({ code: 'code', iss: this.url });
      return answer.writeHead(302, { Location: back.href }).end();
    }
    if (url.pathname === '/token') {
      const form = new URLSearchParams(body);
      const challenge = createHash('sha256').update(form.get('code_verifier')).digest('base64url');
      assert.equal(challenge, this.login.code_challenge);
      assert.equal(form.get('resource'), this.login.resource);
      const access_token = this.token(this.login.scope.split(' '));
      return json(200, { access_token, token_type: 'Bearer', expires_in: 600 });
    }
    answer.writeHead(404).end();
  }
}

const info = { name: 'mcpawl-client-tests', version: '1.0.0' };
const kinds = [
  { name: 'sdk 1.32', make: () => new Client1(info), Transport: Transport1, Unauthorized: Unauthorized1 },
  {
    name: 'client 2.4 modern',
    make: () => new Client2(info, { versionNegotiation: { mode: 'auto' } }),
    Transport: Transport2,
    Unauthorized: Unauthorized2,
  },
];

describe('a server for access tokens', () => {
  let issuer, proxy, server, url;

  before(async () => {
    // the server's public address is that of a proxy, which is known before the server runs
    proxy = await listen((asked, answer) => {
      const { method, url: path, headers } = asked;
      const passed = http.request({ host: '127.0.0.1', port: server.url.port, method, path, headers }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
    url = new URL('/mcp', url_of(proxy));
    issuer = await Issuer.start(url.href);
    server = await Program.start('bearer', ['--listen', '127.0.0.1:0'], {
      PUBLIC_URL: url.origin,
      JWT_ISSUER: issuer.url,
      JWT_AUDIENCE: url.href,
      JWT_SCOPES: 'notes:read',
    });
  });
  after(async () => {
    await server?.stop();
    proxy?.close();
    issuer?.server.close();
    assert.ok(!server?.output.includes('eyJ'), 'a token is in the log');
  });

  for (const kind of kinds)
    test(`lets ${kind.name} find its issuer, log in and call a tool`, { timeout }, async () => {
      const login = new Login();
      const first = new kind.Transport(url, { authProvider: login });
      await assert.rejects(kind.make().connect(first), (error) => error instanceof kind.Unauthorized);
      assert.equal(issuer.login.resource, url.href, 'the resource that the metadata names');
      assert.equal(issuer.login.scope, 'notes:read', 'the scope that the challenge names');
      await first.finishAuth(kind.Transport === Transport2 ? login.back.searchParams : 'code');

      const client = kind.make();
      await client.connect(new kind.Transport(url, { authProvider: login }));
      try {
        const names = (await client.listTools()).tools.map((tool) => tool.name);
        assert.deepEqual(names, ['read_notes', 'add_note'], 'what needs another scope is there to be asked for');
        const read = await client.callTool({ name: 'read_notes', arguments: {} });
        assert.equal(read.structuredContent.department, 'sales');
      } finally {
        await client.close();
      }
    });

  test('keeps notes for whom the issuer lets write them', { timeout }, async () => {
    const headers = { Authorization: `Bearer ${issuer.token(['notes:read', 'notes:write'])}` };
    const call = (name, args) => post_stateless(url, 'tools/call', { name, arguments: args }, headers);
    assert.equal((await call('add_note', { text: 'buy milk' })).status, 200);
    const read = JSON.parse((await call('read_notes', {})).body);
    assert.deepEqual(read.result.structuredContent, { department: 'sales', list: ['alice@example.com: buy milk'] });
  });

  test('tells who may only read which scopes writing needs', { timeout }, async () => {
    const headers = { Authorization: `Bearer ${issuer.token(['notes:read'])}` };
    const refused = await post_stateless(url, 'tools/call', { name: 'add_note', arguments: { text: 'no' } }, headers);
    assert.equal(refused.status, 403);
    assert.match(refused.headers['www-authenticate'], /error="insufficient_scope"/);
    assert.match(refused.headers['www-authenticate'], /scope="notes:read notes:write"/);
  });

  test('knows a new key at its first use', { timeout }, async () => {
    issuer.rotate();
    const headers = { Authorization: `Bearer ${issuer.token(['notes:read'])}` };
    assert.equal((await post_stateless(url, 'tools/list', {}, headers)).status, 200);
  });

  test('tells a page of any origin where to log in', { timeout }, async () => {
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
      const answer = await request('GET', new URL(path, url), { Origin: 'https://app.example' });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.deepEqual(JSON.parse(answer.body), {
        resource: url.href,
        authorization_servers: [issuer.url],
        scopes_supported: ['notes:read', 'notes:write'],
        bearer_methods_supported: ['header'],
        resource_name: 'Notes',
      });
    }
  });

  test('refuses what it must', { timeout }, async () => {
    const status = async (token) => (await post_stateless(url, 'tools/list', {}, { Authorization: `Bearer ${token}` })).status;
    assert.equal(await status(issuer.token(['notes:read'], { aud: issuer.url })), 401);
    assert.equal(await status(issuer.token(['notes:read'], { iss: `${issuer.url}/` })), 401);
    assert.equal(await status(issuer.token(['notes:read'], { exp: 1 })), 401);
    assert.equal(await status(issuer.token(['notes:write'])), 403);
    assert.equal(await status(issuer.token(['notes:read'])), 200);
  });

  test('ends with status 2 and a list where settings are missing', { timeout }, async () => {
    await assert.rejects(Program.start('bearer', ['--listen', '127.0.0.1:0'], { PUBLIC_URL: 'http://mcp.example.com' }), (error) => {
      assert.match(error.message, /"code":2/);
      for (const name of ['PUBLIC_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']) assert.match(error.message, new RegExp(name));
      return true;
    });
  });
});
