// tests/clients/sessions.test.mjs - sessions belong to whom opened them, and end
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { Caller, close_all, kinds, refused_status } from './callers.mjs';
import { Access } from './programs.mjs';
import { open_session, post, request } from './raw.mjs';

const timeout = 30_000;
let access;
before(async () => (access = await Access.start()), { timeout });
after(() => access?.stop(), { timeout });
afterEach(close_all);

const as = (email) => ({ 'Cf-Emulator-Email': email });
const in_session = (id, email) => ({ ...as(email), 'Mcp-Session-Id': id, 'MCP-Protocol-Version': '2025-11-25' });
const list = (id, email) => post(access.url, { id: 2, method: 'tools/list', params: {} }, in_session(id, email));
const end = (id, email) => request('DELETE', access.url, in_session(id, email));

for (const kind of kinds.filter((kind) => kind.sessions)) {
  describe(kind.name, () => {
    test('cannot be joined in its session by another user', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      const id = alice.transport.sessionId;
      assert.match(id, /^[\x21-\x7e]+$/);
      assert.equal((await list(id, 'alice@example.com')).status, 200);
      const stolen = await list(id, 'bob@example.com');
      assert.equal(stolen.status, 404);
      assert.doesNotMatch(stolen.body, /"tools"/);
      assert.equal((await end(id, 'bob@example.com')).status, 404);
      assert.equal(await alice.email(), 'alice@example.com', 'and bob could not end it either');
    });

    test('ends its session, and the id is dead from then on', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      const id = alice.transport.sessionId;
      await alice.transport.terminateSession();
      const deleted = alice.exchanges.find((exchange) => exchange.method === 'DELETE');
      assert.ok(deleted.status >= 200 && deleted.status < 300, `${deleted.status}`);
      assert.equal((await list(id, 'alice@example.com')).status, 404);
      assert.equal((await end(id, 'alice@example.com')).status, 404);
      await assert.rejects(alice.call('whoami', {}), (error) => refused_status(error) === 400, 'a call without a session');
    });

    test('is told 404 for a session that ended elsewhere, and opens another', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      await end(alice.transport.sessionId, 'alice@example.com');
      await assert.rejects(alice.call('whoami', {}), (error) => refused_status(error) === 404);
      const again = await Caller.as('alice@example.com', kind, access);
      assert.equal(await again.email(), 'alice@example.com');
    });
  });
}

describe('a session id', () => {
  test('is another one each time', { timeout }, async () => {
    const ids = new Set();
    for (let i = 0; i !== 20; ++i) ids.add((await open_session(access.url, as('alice@example.com'))).id);
    assert.equal(ids.size, 20);
  });

  test('cannot be guessed, shortened or changed', { timeout }, async () => {
    const { id } = await open_session(access.url, as('alice@example.com'));
    const middle = Math.floor(id.length / 2);
    const other = id[middle] === 'A' ? 'B' : 'A';
    const changed = id.slice(0, middle) + other + id.slice(middle + 1);
    for (const wrong of ['1', 'mcp-session-1', id.slice(1), id.slice(0, -1), `${id}A`, changed, 'A'.repeat(4000)])
      assert.equal((await list(wrong, 'alice@example.com')).status, 404, wrong);
    assert.equal((await list(id, 'alice@example.com')).status, 200);
  });

  test('must be there once the handshake is done', { timeout }, async () => {
    const headers = { ...as('alice@example.com'), 'MCP-Protocol-Version': '2025-11-25' };
    const answer = await post(access.url, { id: 2, method: 'tools/list', params: {} }, headers);
    assert.equal(answer.status, 400);
  });

  test('stays good over 200 requests of two users at once', { timeout }, async () => {
    const sessions = {};
    for (const email of ['alice@example.com', 'bob@example.com']) sessions[email] = (await open_session(access.url, as(email))).id;
    const asked = [];
    for (let i = 0; i !== 100; ++i)
      for (const [email, id] of Object.entries(sessions)) {
        const message = { id: i, method: 'tools/call', params: { name: 'whoami', arguments: {} } };
        asked.push(post(access.url, message, in_session(id, email)).then((answer) => [email, i, JSON.parse(answer.body)]));
      }
    for (const [email, i, answer] of await Promise.all(asked)) {
      assert.equal(answer.id, i);
      assert.equal(answer.result.structuredContent.email, email);
    }
  });
});
