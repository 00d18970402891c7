// tests/clients/restart.test.mjs - a server is started again under its clients
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';

import { Caller, close_all, kinds, refused_status } from './callers.mjs';
import { Program } from './programs.mjs';
import { post } from './raw.mjs';

const timeout = 60_000;
const key = () => randomBytes(32).toString('hex');
const start = (keys, at = '127.0.0.1:0') => Program.start('everything', ['--listen', at], keys ? { SESSION_KEYS: keys } : {});

const hello = async (client) => {
  const { content } = await client.call('test_simple_text', {});
  assert.equal(content[0].text, 'This is a simple text response for testing.');
};

for (const kind of kinds.filter((kind) => kind.sessions)) {
  describe(kind.name, () => {
    let server;
    afterEach(async () => {
      await close_all();
      await server?.stop();
      server = undefined;
    });

    /** A client that has called a server which is then started again at the same address with other keys. */
    async function restarted(before, after) {
      server = await start(before);
      const client = await Caller.connect(kind, server.url);
      await hello(client);
      const { sessionId } = client.transport;
      await server.stop();
      server = await start(after, server.url.host);
      return { client, sessionId };
    }

    test('goes on in its session after the server was started again with the same key', { timeout }, async () => {
      const same = key();
      const { client, sessionId } = await restarted(same, same);
      await hello(client);
      assert.equal(client.transport.sessionId, sessionId);
    });

    test('goes on when a new key was put before the old one', { timeout }, async () => {
      const old = key();
      const { client, sessionId } = await restarted(old, `${key()},${old}`);
      await hello(client);
      assert.equal(client.transport.sessionId, sessionId);
    });

    test('is told 404 when its key is gone, so that it opens a new session', { timeout }, async () => {
      for (const [before, after] of [[key(), key()], [undefined, undefined]]) {
        const { client } = await restarted(before, after);
        await assert.rejects(hello(client), (error) => refused_status(error) === 404);
        await hello(await Caller.connect(kind, server.url));
        await close_all();
        await server.stop();
        server = undefined;
      }
    });

    test('is known to a second server with the same key', { timeout }, async () => {
      const same = key();
      server = await start(same);
      const { transport } = await Caller.connect(kind, server.url);
      const second = await start(same);
      try {
        const headers = { 'Mcp-Session-Id': transport.sessionId, 'MCP-Protocol-Version': kind.revision };
        const message = { id: 1, method: 'tools/call', params: { name: 'test_simple_text', arguments: {} } };
        const answer = await post(second.url, message, headers);
        assert.equal(answer.status, 200, answer.body);
        assert.match(answer.body, /This is a simple text response for testing\./);
      } finally {
        await second.stop();
      }
    });
  });
}
