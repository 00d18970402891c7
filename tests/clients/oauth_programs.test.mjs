// tests/clients/oauth_programs.test.mjs - clients that open a browser log in to the example access_saas
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { BrowserHome } from './browser_home.mjs';
import { Caller, close_all, mcp_remote } from './callers.mjs';
import { Inspector } from './inspector.mjs';
import { free_port } from './programs.mjs';
import { Saas } from './saas.mjs';

const timeout = 60_000;
let saas, home;
before(async () => (saas = await Saas.start()), { timeout });
after(() => saas?.stop(), { timeout });
beforeEach(() => {
  saas.forget();
  home = new BrowserHome();
});
afterEach(async () => {
  await close_all();
  home.remove();
});

for (const options of [[], ['--protocol', 'auto']])
  test(['mcp-remote 0.15', ...options, 'logs in, and goes on when its token has expired'].join(' '), { timeout }, async () => {
    const args = [mcp_remote, saas.url.href, String(await free_port()), '--host', '127.0.0.1', ...options];
    const client = await Caller.start(process.execPath, args, home.env);
    assert.equal(await client.email(), 'alice@example.com');
    const before = saas.refreshes; // it refreshes a minute before a token expires, so it did
    await saas.expiry();
    assert.equal(await client.email(), 'alice@example.com');
    assert.ok(saas.refreshes > before);
    await client.close();

    const again = await Caller.start(process.execPath, args, home.env);
    assert.equal(await again.email(), 'alice@example.com');
    assert.equal(saas.logins, 1, 'the person was asked once, and the tokens are kept');
  });

for (const era of ['legacy', 'modern'])
  test(`Inspector 2.12, ${era}, logs in, and goes on when its token has expired`, { timeout }, async () => {
    const inspector = new Inspector(saas.url, era, { MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: home.browser });
    try {
      const callback = ['--callback-url', `http://127.0.0.1:${await free_port()}/oauth/callback`];
      const email = async () =>
        (await inspector.request('tools/call', '--tool-name', 'whoami', ...callback)).structuredContent.email;
      assert.equal(await email(), 'alice@example.com');
      await saas.expiry();
      assert.equal(await email(), 'alice@example.com');
      assert.equal(saas.logins, 1, 'the person was asked once, and the tokens are kept');
      assert.ok(saas.refreshes > 0);
    } finally {
      inspector.close();
    }
  });
