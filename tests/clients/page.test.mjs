// tests/clients/page.test.mjs - official clients with the fetch of a web page, which asks before it sends
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Caller, close_all, kinds } from './callers.mjs';
import { Program } from './programs.mjs';

const timeout = 60_000;
const page = 'http://localhost:6274';
let server;
before(async () => (server = await Program.start('everything', ['--listen', '127.0.0.1:0'])), { timeout });
after(
  async () => {
    await close_all();
    await server?.stop();
  },
  { timeout },
);

const names = (field) => (field ?? '').toLowerCase().split(/\s*,\s*/).filter(Boolean);
const simple_types = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const simple = (name, value) =>
  ['accept', 'accept-language', 'content-language'].includes(name) ||
  (name === 'content-type' && simple_types.includes(value.split(';')[0].trim()));
const readable = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'];

/** What `fetch` is to a page of another origin (Fetch standard, "HTTP-CORS protocol"): headers that are not simple are
    asked for by a preflight, and of a response only what was exposed can be read. `sent` takes the names of headers. */
function fetch_of_a_page(sent) {
  const failed = (why) => new TypeError(`Failed to fetch: ${why}`);
  return async (target, init = {}) => {
    const headers = new Headers(init.headers);
    const method = init.method ?? 'GET';
    const asked = [...headers].filter(([name, value]) => !simple(name, value)).map(([name]) => name);
    for (const name of asked) sent.add(name);
    if (asked.length !== 0 || !['GET', 'HEAD', 'POST'].includes(method)) {
      const preflight = await fetch(target, {
        method: 'OPTIONS',
        headers: {
          Origin: page,
          'Access-Control-Request-Method': method,
          'Access-Control-Request-Headers': asked.sort().join(','),
        },
      });
      const allowed = names(preflight.headers.get('access-control-allow-headers'));
      const methods = names(preflight.headers.get('access-control-allow-methods'));
      if (!preflight.ok) throw failed(`preflight ${preflight.status}`);
      if (preflight.headers.get('access-control-allow-origin') !== page) throw failed('the origin is not allowed');
      if (!['GET', 'HEAD', 'POST'].includes(method) && !methods.includes(method.toLowerCase())) throw failed(method);
      for (const name of asked) if (!allowed.includes(name)) throw failed(`${name} is not allowed`);
    }
    headers.set('Origin', page);
    const answer = await fetch(target, { ...init, headers });
    if (answer.headers.get('access-control-allow-origin') !== page) throw failed('the answer is not for this page');
    const exposed = names(answer.headers.get('access-control-expose-headers'));
    const shown = [...answer.headers].filter(([name]) => readable.includes(name) || exposed.includes(name));
    return new Response(answer.body, { status: answer.status, headers: shown });
  };
}

for (const kind of kinds)
  describe(`${kind.name} in a page`, () => {
    test('lists tools and calls one with a header of its own', { timeout }, async () => {
      const sent = new Set();
      const caller = new Caller(kind, {});
      await caller.over(new kind.Transport(server.url, { fetch: fetch_of_a_page(sent) }));
      const tools = await caller.tools();
      const { inputSchema } = tools.find(({ name }) => name === 'test_x_mcp_header');
      assert.equal(inputSchema.properties.region['x-mcp-header'], 'Region');
      const result = await caller.call('test_x_mcp_header', { region: 'eu-1', level: 2 });
      assert.equal(result.isError ?? false, false, JSON.stringify(result));
      assert.equal(result.content[0].text, 'region=eu-1');
      assert.equal(sent.has('mcp-param-region'), !kind.sessions, [...sent].join(' '));
    });
  });
