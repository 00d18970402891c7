// tests/clients/oauth_programs.test.mjs - clients that open a browser log in to the example access_saas
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Caller, close_all } from './callers.mjs';
import { Inspector } from './inspector.mjs';
import { free_port } from './programs.mjs';
import { Saas } from './saas.mjs';

const timeout = 60_000;
const mcp_remote = path.join(path.dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')), 'dist/proxy.js');
const person = path.join(import.meta.dirname, 'browser.mjs');
let saas, home, browser;
before(async () => (saas = await Saas.start()), { timeout });
after(() => saas?.stop(), { timeout });
beforeEach(() => {
  saas.forget();
  home = mkdtempSync(path.join(os.tmpdir(), 'clients-'));
  browser = path.join(home, 'browser');
  writeFileSync(browser, `#!/bin/sh\nexec '${process.execPath}' '${person}' "$1"\n`);
  chmodSync(browser, 0o700);
});
afterEach(async () => {
  await close_all();
  rmSync(home, { recursive: true });
});

for (const options of [[], ['--protocol', 'auto']])
  test(['mcp-remote 0.15', ...options, 'logs in, and goes on when its token has expired'].join(' '), { timeout }, async () => {
    const env = { HOME: home, PATH: process.env.PATH, BROWSER: browser };
    const args = [mcp_remote, saas.url.href, String(await free_port()), '--host', '127.0.0.1', ...options];
    const client = await Caller.start(process.execPath, args, env);
    assert.equal(await client.email(), 'alice@example.com');
    const before = saas.refreshes; // it refreshes a minute before a token expires, so it did
    await saas.expiry();
    assert.equal(await client.email(), 'alice@example.com');
    assert.ok(saas.refreshes > before);
    await client.close();

    const again = await Caller.start(process.execPath, args, env);
    assert.equal(await again.email(), 'alice@example.com');
    assert.equal(saas.logins, 1, 'the person was asked once, and the tokens are kept');
  });

for (const era of ['legacy', 'modern'])
  test(`Inspector 2.12, ${era}, logs in, and goes on when its token has expired`, { timeout }, async () => {
    const inspector = new Inspector(saas.url, era, { MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: browser });
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
