// tests/clients/step_up.test.mjs - official clients are refused a tool for want of a scope, authorize anew and call it
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InsufficientScopeError } from '@modelcontextprotocol/client';

import { Caller, close_all, kinds, refused_status } from './callers.mjs';
import { Login, finish, is_unauthorized, log_in } from './login.mjs';
import { Saas } from './saas.mjs';

const timeout = 60_000;
const read = 'demo:read';
const both = 'demo:read demo:write';
const words = 'The tool note needs the scope demo:write';
let saas;
before(async () => (saas = await Saas.start(['--scopes'], 600)), { timeout });
after(() => saas?.stop(), { timeout });
beforeEach(() => saas.forget());
afterEach(close_all);

/** The scopes of a login, but for the one that clients add of their own accord. */
const granted = (login) => login.tokens().scope.replace(' offline_access', '');

/** Log in: the client is told the scope that every token must have. */
async function logged_in(kind, login) {
  const client = await log_in(kind, saas.url, login);
  assert.equal(granted(login), read);
  return client;
}

/** SDK 1.32 takes a refresh for a way to get more, if it has a refresh token. */
function login_for(kind) {
  const login = new Login();
  if (kind.Transport === Transport1) login.clientMetadata.grant_types = ['authorization_code'];
  return login;
}

for (const kind of kinds) {
  describe(kind.name, () => {
    test('is refused, has its user approve more, and calls', { timeout }, async () => {
      const login = login_for(kind);
      const client = await logged_in(kind, login);
      assert.ok((await client.tools()).some((tool) => tool.name === 'note'), 'the tool is listed');
      await assert.rejects(client.call('note', { text: 'milk' }), is_unauthorized);
      const refused = client.exchanges.findLast(({ status }) => status === 403);
      const challenge = refused.headers.get('www-authenticate');
      assert.ok(challenge.startsWith(`Bearer error="insufficient_scope", scope="${both}", resource_metadata="`), challenge);
      assert.equal(login.visits, 2);
      assert.ok(login.person.pages.at(-1).includes('Leave notes in your name'), 'the page shows what is added');
      await finish(client.transport, login);
      assert.equal(granted(login), both);
      assert.equal((await client.call('note', { text: 'milk' })).content[0].text, 'alice@example.com: milk');
      assert.equal(login.visits, 2, 'nobody was asked again');
    });

    test('is told when its user does not approve, and keeps what it has', { timeout }, async () => {
      const login = login_for(kind);
      const client = await logged_in(kind, login);
      login.person.presses = ['deny'];
      await assert.rejects(client.call('note', { text: 'milk' }), is_unauthorized);
      assert.equal(login.back.searchParams.get('error'), 'access_denied');
      assert.equal(granted(login), read);
      assert.equal(await client.email(), 'alice@example.com');
    });

    test('that cannot authorize is shown what is missing', { timeout }, async () => {
      const login = login_for(kind);
      await logged_in(kind, login);
      const client = await Caller.connect(kind, saas.url, { Authorization: `Bearer ${login.tokens().access_token}` });
      await assert.rejects(client.call('note', { text: 'milk' }), (error) => {
        if (error instanceof InsufficientScopeError) {
          assert.equal(error.requiredScope, both);
          assert.ok(error.errorDescription.startsWith(words), error.errorDescription);
        } else {
          assert.equal(refused_status(error), 403);
          assert.ok(error.message.includes(words), error.message);
        }
        return true;
      });
      assert.equal(await client.email(), 'alice@example.com');
    });
  });
}

// it refreshes, which gives no more than was granted, and does not send its user anywhere
test('SDK 1.32 with a refresh token does not step up, and says so', { timeout }, async () => {
  const login = new Login();
  const client = await logged_in(kinds[0], login);
  assert.ok(login.tokens().refresh_token);
  await assert.rejects(client.call('note', { text: 'milk' }), (error) => {
    assert.equal(refused_status(error), 403);
    assert.match(error.message, /after trying upscoping/);
    return true;
  });
  assert.equal(login.visits, 1);
  assert.equal(granted(login), read);
  assert.equal(await client.email(), 'alice@example.com');
});
