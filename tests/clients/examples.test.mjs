// tests/clients/examples.test.mjs - the small examples: started, called once, told to end, and started wrongly
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';

import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';

import { Caller, close_all, kind_of_revision, kinds } from './callers.mjs';
import { Program, program_path, run } from './programs.mjs';

const timeout = 30_000;
afterEach(close_all);

const agrees = { 'elicitation/create': () => ({ action: 'accept', content: { sure: true, reason: 'it is time' } }) };

async function deploy(kind, url) {
  const client = await Caller.connect(kind, url, {}, agrees);
  const heard = [];
  const onprogress = (news) => heard.push([news.progress, news.total]);
  const { content } = await client.call('deploy', { service: 'web' }, { onprogress });
  assert.equal(content[0].text, 'web is deployed: it is time');
  // over HTTP+SSE SDK 1.32 loses progress that arrives together with the result: it hears of the result first
  if (kind.Transport === SSEClientTransport) return;
  assert.deepEqual(heard.at(-1), [1, 2], kind.name); // client 2.4 tells of its own steps before
}

/** An application of Access that is not asked anything here, of either kind. */
const self_hosted = { TEAM_DOMAIN: 'http://127.0.0.1:9', POLICY_AUD: 'some-application' };
const for_saas = {
  PUBLIC_URL: 'https://mcp.example.com',
  ACCESS_CLIENT_ID: 'client',
  ACCESS_CLIENT_SECRET: 'secret',
  ACCESS_CONFIG_URL: 'http://127.0.0.1:9/.well-known/openid-configuration',
  COOKIE_ENCRYPTION_KEY: 'ab'.repeat(31) + 'cd',
  OAUTH_KV: 'memory:',
};

/** Each program that listens, what else it is started with, and what is called. */
const listening = [
  {
    program: 'ask',
    call: async (url) => {
      for (const kind of [...kinds, kind_of_revision('2025-06-18')]) await deploy(kind, url);
      // the clients of these cannot be asked
      const old = await Caller.connect(kind_of_revision('2025-03-26'), url);
      assert.match((await old.call('deploy', { service: 'web' })).content[0].text, /cannot be asked/);
    },
  },
  {
    program: 'ask',
    args: ['--sse', '--threads', '2'],
    call: (url) => deploy({ ...kinds[0], Transport: SSEClientTransport }, new URL('/sse', url)),
  },
  {
    program: 'resources',
    call: async (url) => {
      for (const kind of kinds) {
        const client = await Caller.connect(kind, url);
        assert.match((await client.read('poem://about'))[0].text, /Two poems/);
        const [line] = await client.read('poem://blake?line=2');
        assert.equal(line.text, 'In the forests of the night;\n');
        const poem = { type: 'ref/resource', uri: 'poem://{poet}{?line}' };
        assert.deepEqual((await client.complete(poem, 'poet', 's')).values, ['shelley']);
        await assert.rejects(client.read('poem://nobody'), /not found/i, kind.name);
      }
    },
  },
  {
    program: 'linked_app',
    settings: { ...self_hosted, DOWNSTREAM_URL: 'https://wiki.example.com' },
    call: async (url) => assert.equal((await fetch(url, { method: 'POST' })).status, 401),
  },
  {
    program: 'linked_app',
    args: ['--threads', '2'],
    settings: { ...for_saas, DOWNSTREAM_URL: 'https://wiki.example.com' },
    call: async (url) => {
      const answer = await fetch(url, { method: 'POST' });
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate'), /resource_metadata=/);
    },
  },
];

for (const { program, args = [], settings, call } of listening)
  test([program, ...args, 'says where it is, answers and ends with 0'].join(' '), { timeout }, async () => {
    const server = await Program.start(program, ['--listen', '127.0.0.1:0', ...args], settings);
    try {
      await call(server.url);
      await close_all();
    } finally {
      await server.stop();
    }
  });

/** Options and settings with several errors, and the words by which each of them is told. */
const mistaken = [
  {
    program: 'ask',
    args: ['--listen', 'nowhere', '--threads', '0', '--sse=yes', '--bogus', 'x', 'y'],
    words: [
      /--listen must be ADDRESS:PORT/, /--threads must be a number/, /--sse takes no value/, /--bogus is no option/,
      /^ +y is no option/m,
    ],
  },
  {
    program: 'resources',
    args: ['--listen', '127.0.0.1', '--listen', '127.0.0.1:0', '--threads', '2'],
    words: [/--listen is given more than once/, /--listen must be/, /--threads is no option/],
  },
  {
    program: 'everything',
    args: ['--access', '--stdio', '--threads', 'many'],
    settings: { SESSION_KEYS: 'abc', TEAM_DOMAIN: 'https://your-team.cloudflareaccess.com' },
    words: [
      /--access is for HTTP/, /--threads must be/, /SESSION_KEYS must have 64/, /TEAM_DOMAIN is still the placeholder/,
      /POLICY_AUD is not set/,
    ],
  },
  {
    program: 'access_saas',
    args: [],
    settings: { ...for_saas, COOKIE_ENCRYPTION_KEY: '0'.repeat(64) },
    words: [/COOKIE_ENCRYPTION_KEY follows a pattern.*openssl rand -hex 32/],
  },
  {
    program: 'everything',
    args: ['--stdio'],
    settings: { SESSION_KEYS: '0123456789abcdef'.repeat(4) },
    words: [/SESSION_KEYS follows a pattern.*openssl rand -hex 32/],
  },
  {
    program: 'access_saas',
    args: ['--listen', 'x', '--token-lifetime', '0'],
    settings: { PUBLIC_URL: 'http://mcp.example.com', COOKIE_ENCRYPTION_KEY: 'abc' },
    words: [
      /--listen must be/, /--token-lifetime must be/, /PUBLIC_URL must begin with https/, /COOKIE_ENCRYPTION_KEY must be 64/,
      /ACCESS_CLIENT_ID is not set/, /ACCESS_CLIENT_SECRET is not set/, /ACCESS_TOKEN_URL is not set/,
      /ACCESS_AUTHORIZATION_URL is not set/, /ACCESS_JWKS_URL is not set/, /OAUTH_KV is not set/,
    ],
  },
  {
    program: 'linked_app',
    args: ['--threads', '0'],
    settings: { TEAM_DOMAIN: 'https://your-team.cloudflareaccess.com', DOWNSTREAM_URL: 'http://wiki.example.com' },
    words: [
      /--threads must be/, /TEAM_DOMAIN is still the placeholder/, /POLICY_AUD is not set/, /DOWNSTREAM_URL must be/,
    ],
  },
  {
    program: 'linked_app',
    settings: { ACCESS_CONFIG_URL: for_saas.ACCESS_CONFIG_URL, PUBLIC_URL: 'http://mcp.example.com' },
    words: [
      /PUBLIC_URL must begin with https/, /COOKIE_ENCRYPTION_KEY is not set/, /ACCESS_CLIENT_ID is not set/,
      /ACCESS_CLIENT_SECRET is not set/, /OAUTH_KV is not set/, /DOWNSTREAM_URL is not set/,
    ],
  },
  {
    program: 'linked_app',
    args: ['--listen', 'x'],
    settings: { ...self_hosted, ...for_saas },
    words: [/--listen must be/, /TEAM_DOMAIN is set, and ACCESS_CLIENT_ID/, /DOWNSTREAM_URL is not set/],
  },
  {
    program: 'linked_app',
    args: ['--bogus', 'x'],
    words: [/--bogus is no option/, /TEAM_DOMAIN is not set, nor is ACCESS_CLIENT_ID/, /DOWNSTREAM_URL is not set/],
  },
];

for (const { program, args = [], settings, words } of mistaken)
  test(`${[program, ...args].join(' ')} tells all that is wrong with its options and ends with 2`, { timeout }, async () => {
    const ended = await run(program_path(program), args, settings);
    assert.equal(ended.code, 2, ended.stderr);
    assert.equal(ended.stdout, '');
    for (const told of words) assert.match(ended.stderr, told);
    assert.equal(ended.stderr.trim().split('\n').length, words.length + 1, `a line for each, below a head:\n${ended.stderr}`);
  });

describe('over standard input and output', () => {
  for (const [program, args, tool, text] of [
    ['hello_stdio', [], 'hello', 'Hello, world!'],
    ['everything', ['--stdio'], 'test_simple_text', 'This is a simple text response for testing.'],
  ]) {
    test(`${program} answers a client that started it`, { timeout }, async () => {
      const client = await Caller.start(program_path(program), args);
      assert.ok((await client.tools()).some((found) => found.name === tool));
      assert.equal((await client.call(tool, {})).content[0].text, text);
    });

    test(`${program} ends with 0 at the end of its input, once all is answered`, { timeout }, async () => {
      const message = (id, method, params) => JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n';
      const clientInfo = { name: 'raw', version: '1' };
      const input =
        message(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }) +
        message(undefined, 'notifications/initialized') +
        message(2, 'tools/call', { name: tool, arguments: {} });
      const ended = await run(program_path(program), args, {}, input);
      assert.equal(ended.code, 0, ended.stderr);
      const answers = ended.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
      assert.deepEqual(answers.map((answer) => answer.id), [1, 2]);
      assert.equal(answers[1].result.content[0].text, text);
    });

    test(`${program} ends with 0 on SIGTERM`, { timeout }, async () => {
      const child = spawn(program_path(program), args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'close');
      child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
      const [answer] = await once(child.stdout, 'data'); // so it is ready for the signal
      assert.equal(JSON.parse(answer).id, 1);
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
    });
  }
});
