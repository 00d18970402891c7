// tests/clients/unauthenticated.test.mjs - who has no valid token stays out, and no client can talk its way in
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { Caller, close_all, kinds, refused_status, rpc_code } from './callers.mjs';
import { Access } from './programs.mjs';
import { json_headers, post_stateless, request } from './raw.mjs';

const timeout = 30_000;
const token_field = 'Cf-Access-Jwt-Assertion';
const page = 'https://app.example.com';
let access;
before(
  async () => (access = await Access.start({ ALLOWED_EMAILS: 'carol@example.com', ALLOWED_ORIGINS: page })),
  { timeout },
);
after(() => access?.stop(), { timeout });
afterEach(close_all);

const forgeries = [
  'other_key', 'altered_payload', 'alg_none', 'hs256_with_certificate', 'unknown_kid', 'expired', 'not_yet_valid',
  'wrong_audience', 'wrong_issuer', 'organization',
];

for (const kind of kinds) {
  describe(kind.name, () => {
    test('is refused without a token, and let in with one', { timeout }, async () => {
      await assert.rejects(Caller.connect(kind, access.direct), (error) => refused_status(error) === 401);
      const token = await access.token({ email: 'alice@example.com' });
      const alice = await Caller.connect(kind, access.direct, { [token_field]: token });
      assert.equal(await alice.email(), 'alice@example.com');
    });

    test('is refused with an expired or a forged token', { timeout }, async () => {
      for (const wish of [{ lifetime: -60 }, { forgery: 'other_key' }, { forgery: 'alg_none' }]) {
        const token = await access.token({ email: 'alice@example.com', ...wish });
        const connecting = Caller.connect(kind, access.direct, { [token_field]: token });
        await assert.rejects(connecting, (error) => refused_status(error) === 403, JSON.stringify(wish));
      }
    });

    test('is refused as a service, for services were not allowed', { timeout }, async () => {
      const connecting = Caller.connect(kind, access.url, {
        'CF-Access-Client-Id': 'robot.access',
        'CF-Access-Client-Secret': 'anything',
      });
      await assert.rejects(connecting, (error) => refused_status(error) === 403);
    });

    test('cannot say in other headers that it is somebody else', { timeout }, async () => {
      const carols = await access.token({ email: 'carol@example.com' });
      const through = await Caller.connect(kind, access.url, {
        'Cf-Emulator-Email': 'alice@example.com',
        [token_field]: carols,
        'Cf-Access-Authenticated-User-Email': 'carol@example.com',
      });
      assert.equal(await through.email(), 'alice@example.com');

      const alices = await access.token({ email: 'alice@example.com' });
      const direct = await Caller.connect(kind, access.direct, {
        [token_field]: alices,
        'Cf-Access-Authenticated-User-Email': 'carol@example.com',
        'X-Forwarded-Email': 'carol@example.com',
        Authorization: `Bearer ${carols}`,
        Cookie: `CF_Authorization=${carols}`,
      });
      assert.equal(await direct.email(), 'alice@example.com');
      await assert.rejects(direct.call('draw', { prompt: 'mine?' }), (error) => rpc_code(error) === -32602);
    });
  });
}

describe('a refusal', () => {
  const list = (headers) => post_stateless(access.direct, 'tools/list', {}, headers);

  test('says no more than that there is no token', { timeout }, async () => {
    for (const headers of [{}, { [token_field]: '' }, { Authorization: 'Bearer x' }, { Cookie: 'CF_Authorization=x' }]) {
      const answer = await list(headers);
      assert.equal(answer.status, 401);
      assert.deepEqual(JSON.parse(answer.body), { error: 'missing_token' });
      assert.equal(answer.headers['www-authenticate'], undefined);
      assert.match(answer.headers['cache-control'], /no-store/);
    }
  });

  test('is the same for every bad token', { timeout }, async () => {
    const answers = [];
    for (const forgery of forgeries) {
      const token = await access.token({ email: 'carol@example.com', forgery });
      answers.push([forgery, await list({ [token_field]: token })]);
    }
    const good = await access.token({ email: 'carol@example.com' });
    for (const text of ['x', 'a.b.c', good.slice(0, -1), `${good}x`, `Bearer ${good}`, `${good},${good}`, 'a'.repeat(15_000)])
      answers.push([text.slice(0, 20), await list({ [token_field]: text })]);
    answers.push(['two fields', await list({ [token_field]: [good, good] })]);
    for (const [what, answer] of answers) {
      assert.equal(answer.status, 403, what);
      assert.deepEqual(JSON.parse(answer.body), { error: 'invalid_token' }, what);
      assert.equal(answer.headers['www-authenticate'], undefined, what);
    }
    assert.equal((await list({ [token_field]: good })).status, 200, 'while the good one is good');
  });

  test('comes before the message is looked at, whatever the path or the method', { timeout }, async () => {
    const headers = { ...json_headers };
    assert.equal((await request('POST', access.direct, headers, '{"nonsense')).status, 401);
    assert.equal((await request('GET', access.direct)).status, 401);
    assert.equal((await request('DELETE', access.direct)).status, 401);
    assert.equal((await request('GET', new URL('/', access.direct))).status, 401);
    assert.equal((await request('OPTIONS', access.direct)).status, 401, 'OPTIONS that is no preflight');
  });
});

describe('a web page', () => {
  const preflight = (origin, method = 'POST', url = access.direct) =>
    request('OPTIONS', url, {
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'content-type,mcp-method,mcp-name,mcp-protocol-version',
    });
  const names = (value) => (value ?? '').toLowerCase().split(/\s*,\s*/);

  test('of an allowed origin may ask before it has a token', { timeout }, async () => {
    for (const origin of [page, 'http://localhost:6274', 'http://127.0.0.1:3000']) {
      const answer = await preflight(origin);
      assert.ok(answer.status === 204 || answer.status === 200, `${origin}: ${answer.status}`);
      assert.equal(answer.headers['access-control-allow-origin'], origin);
      const methods = names(answer.headers['access-control-allow-methods']);
      for (const method of ['post', 'delete']) assert.ok(methods.includes(method), method);
      const allowed = names(answer.headers['access-control-allow-headers']);
      for (const name of [
        'authorization', 'content-type', 'accept', 'mcp-session-id', 'mcp-protocol-version', 'mcp-method', 'mcp-name',
        'last-event-id',
      ])
        assert.ok(allowed.includes(name), name);
      assert.ok(names(answer.headers.vary).includes('origin'), 'caches must not mix origins');
      assert.equal(answer.body, '');
    }
  });

  test('of an allowed origin can read what it gets, be it a refusal', { timeout }, async () => {
    const token = await access.token({ email: 'alice@example.com' });
    for (const [headers, status] of [[{ [token_field]: token }, 200], [{ [token_field]: 'x' }, 403], [{}, 401]]) {
      const answer = await post_stateless(access.direct, 'tools/list', {}, { Origin: page, ...headers });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['access-control-allow-origin'], page);
      const exposed = names(answer.headers['access-control-expose-headers']);
      for (const name of ['mcp-session-id', 'www-authenticate']) assert.ok(exposed.includes(name), name);
    }
  });

  test('of any other origin gets nothing, token or not', { timeout }, async () => {
    const token = await access.token({ email: 'alice@example.com' });
    for (const origin of ['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null']) {
      const asked = await preflight(origin);
      assert.equal(asked.status, 403, origin);
      assert.equal(asked.headers['access-control-allow-origin'], undefined, origin);
      const called = await post_stateless(access.direct, 'tools/list', {}, { Origin: origin, [token_field]: token });
      assert.equal(called.status, 403, origin);
      assert.equal(called.headers['access-control-allow-origin'], undefined, origin);
    }
  });

  test('cannot come by a name that was rebound to this address', { timeout }, async () => {
    const token = await access.token({ email: 'alice@example.com' });
    const host = `evil.example:${access.direct.port}`;
    const answer = await post_stateless(access.direct, 'tools/list', {}, {
      Host: host,
      Origin: `http://${host}`,
      [token_field]: token,
    });
    assert.equal(answer.status, 403);
  });
});
