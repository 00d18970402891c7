// tests/clients/oauth.test.mjs - the official clients log in to the example access_saas by themselves
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { Caller, close_all, kinds } from './callers.mjs';
import { Login, is_unauthorized, log_in } from './login.mjs';
import { Person } from './person.mjs';
import { Saas } from './saas.mjs';

const timeout = 60_000;
let saas;
before(async () => (saas = await Saas.start()), { timeout });
after(() => saas?.stop(), { timeout });
beforeEach(() => saas.forget());
afterEach(close_all);

for (const kind of kinds) {
  describe(kind.name, () => {
    test('registers, is approved, and calls as who signed in', { timeout }, async () => {
      const login = new Login();
      const client = await log_in(kind, saas.url, login);
      assert.equal(await client.email(), 'alice@example.com');
      assert.equal(login.person.pages.length, 1, 'one page asks');
      assert.ok(login.person.pages[0].includes(login.clientMetadata.client_name), 'and it names the client');
      assert.equal(login.back.searchParams.get('iss'), saas.url.origin);
      assert.equal(saas.logins, 1);
    });

    test('may name scopes and addresses that this server does not have', { timeout }, async () => {
      const login = new Login();
      login.clientMetadata.scope = ' openid  profile ';
      login.clientMetadata.redirect_uris.push('cursor://anysphere.cursor-mcp/oauth/callback');
      const client = await log_in(kind, saas.url, login);
      assert.equal(await client.email(), 'alice@example.com');
      assert.deepEqual(login.client.redirect_uris, [login.redirectUrl]);
      assert.ok(!(login.client.scope ?? '').includes('openid'), 'what it is never granted is not echoed');
    });

    test('is told when its user denies it', { timeout }, async () => {
      const login = new Login(new Person('deny'));
      const transport = new kind.Transport(saas.url, { authProvider: login });
      await assert.rejects(kind.make().connect(transport), is_unauthorized);
      assert.equal(login.back.searchParams.get('error'), 'access_denied');
      assert.equal(login.back.searchParams.get('code'), null);
      assert.equal(saas.logins, 0, 'Access was not even asked');
    });

    test('is told when Access does not let its user in', { timeout }, async () => {
      saas.provider.blocked.add('alice@example.com');
      const login = new Login();
      const transport = new kind.Transport(saas.url, { authProvider: login });
      await assert.rejects(kind.make().connect(transport), is_unauthorized);
      assert.equal(login.back.searchParams.get('error'), 'access_denied');
    });
  });
}

describe('clients of every kind', () => {
  let logins, clients;
  beforeEach(async () => {
    logins = kinds.map(() => new Login());
    clients = await Promise.all(kinds.map((kind, i) => log_in(kind, saas.url, logins[i])));
  });

  test('go on when their tokens have expired, for which Access is asked again', { timeout }, async () => {
    const before = logins.map((login) => login.tokens().access_token);
    await saas.expiry();
    for (const [i, client] of clients.entries()) {
      assert.equal(await client.email(), 'alice@example.com', kinds[i].name);
      assert.notEqual(logins[i].tokens().access_token, before[i]);
      assert.equal(logins[i].visits, 1, 'nobody had to click');
    }
    assert.equal(saas.logins, kinds.length);
    assert.ok(saas.refreshes >= kinds.length);
  });

  test('are still logged in when the server was killed and is there again', { timeout }, async () => {
    await saas.restart();
    for (const [i, kind] of kinds.entries()) {
      const again = await Caller.connect(kind, saas.url, {}, {}, logins[i]);
      assert.equal(await again.email(), 'alice@example.com', kind.name);
      assert.equal(logins[i].visits, 1, 'nobody had to click');
    }
    assert.equal(saas.logins, kinds.length);
  });

  test('must log in again when Access no longer lets their user in, and are told no', { timeout }, async () => {
    saas.provider.blocked.add('alice@example.com');
    await saas.expiry();
    for (const [i, client] of clients.entries()) {
      await assert.rejects(client.email(), is_unauthorized, kinds[i].name);
      // once for the call; a client with a session opens its event stream again as well, which ended with the token, and the
      // SDK tries that twice, a second after the other (`maxRetries` of its StreamableHTTPClientTransport)
      assert.ok(logins[i].visits >= 2 && logins[i].visits <= 4, `${logins[i].visits} visits`);
      assert.equal(logins[i].back.searchParams.get('error'), 'access_denied');
    }
    assert.ok(saas.provider.refused.includes('refresh_token'));
  });
});
