// tests/clients/calls.test.mjs - what clients do all day, by every kind of client
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';

import { AjvJsonSchemaValidator as Validator1 } from '@modelcontextprotocol/sdk/validation/ajv';
import { AjvJsonSchemaValidator as Validator2 } from '@modelcontextprotocol/client/validators/ajv';
import add_formats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { Caller, close_all, kind_of_revision, kinds, rpc_code } from './callers.mjs';
import { Access } from './programs.mjs';
import { post_stateless } from './raw.mjs';

const timeout = 30_000;
let access;
before(async () => (access = await Access.start({ ALLOWED_EMAILS: 'carol@example.com, dave@example.com' })), { timeout });
after(() => access?.stop(), { timeout });
afterEach(close_all);

/** All that the client's own validator and a strict one, which checks the schema against the meta-schema, say. */
function judges_of(schema) {
  const strict = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  add_formats(strict);
  const compiled = strict.compile(schema);
  const [first, second] = [Validator1, Validator2].map((Validator) => new Validator().getValidator(schema));
  return [(value) => compiled(value), (value) => first(value).valid, (value) => second(value).valid];
}

function read_png(bytes) {
  assert.equal(bytes.subarray(0, 8).toString('hex'), '89504e470d0a1a0a', 'the signature of a PNG');
  const image = { pixels: [] };
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    assert.equal(data.length, length, `the chunk ${type} is whole`);
    if (type === 'IHDR') Object.assign(image, { width: data.readUInt32BE(0), height: data.readUInt32BE(4) });
    if (type === 'IDAT') image.pixels.push(data);
    image.last = type;
    at += 12 + length;
  }
  assert.equal(image.last, 'IEND');
  image.pixels = inflateSync(Buffer.concat(image.pixels));
  return image;
}

for (const kind of kinds) {
  describe(kind.name, () => {
    test('connects, agrees on the right revision and learns who the server is', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      assert.equal(alice.revision, kind.revision);
      assert.match(alice.client.getServerVersion().name, /\S/);
      assert.match(alice.client.getServerVersion().version, /^\d+\./);
      assert.ok(alice.client.getServerCapabilities().tools, 'tools are offered');
      for (const capability of ['resources', 'prompts', 'completions', 'logging'])
        assert.equal(alice.client.getServerCapabilities()[capability], undefined, `${capability} are not there`);
      const ids = alice.exchanges.map((exchange) => exchange.headers.get('mcp-session-id')).filter(Boolean);
      assert.equal(ids.length > 0, kind.sessions, 'a session id only where there are sessions');
    });

    test('lists the tools with valid JSON Schemas of 2020-12', { timeout }, async () => {
      const bob = await Caller.as('bob@example.com', kind, access);
      const tools = await bob.tools();
      assert.deepEqual(tools.map((tool) => tool.name), ['add', 'whoami']);
      for (const tool of tools) {
        assert.match(tool.description, /\S/);
        assert.equal(tool.inputSchema.type, 'object');
        for (const schema of [tool.inputSchema, tool.outputSchema]) {
          assert.match(schema.$schema ?? 'https://json-schema.org/draft/2020-12/schema', /2020-12/);
          judges_of(schema);
        }
      }
      const [add, whoami] = tools;
      for (const fits of judges_of(add.inputSchema)) {
        assert.equal(fits({ a: 1, b: -2.5 }), true);
        for (const wrong of [{}, { a: 1 }, { a: 1, b: '2' }, { a: 1, b: null }, { a: 1, b: 2, c: 3 }, [1, 2]])
          assert.equal(fits(wrong), false, JSON.stringify(wrong));
      }
      for (const fits of judges_of(add.outputSchema)) {
        assert.equal(fits({ total: 3 }), true);
        assert.equal(fits({ total: 'three' }), false);
        assert.equal(fits({}), false);
      }
      for (const fits of judges_of(whoami.inputSchema)) assert.equal(fits({}), true);
      assert.equal(add.annotations.readOnlyHint, true);
      assert.deepEqual(await bob.tools(), tools, 'and does so again');
    });

    test('gets the sum as structured content and as text that says the same', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      await alice.tools(); // from here on the client holds results against the output schema
      for (const [a, b] of [[40, 2], [-1, 1], [0.5, 0.25], [1e15, 1], [2 ** 53, 0], [1e300, 1e300]]) {
        const result = await alice.call('add', { a, b });
        assert.notEqual(result.isError, true);
        assert.deepEqual(result.structuredContent, { total: a + b });
        assert.equal(result.content.length, 1);
        assert.equal(result.content[0].type, 'text');
        assert.deepEqual(JSON.parse(result.content[0].text), { total: a + b });
        if (Math.abs(a + b) < 1e15) assert.doesNotMatch(result.content[0].text, /\de/i, 'numbers as people write them');
      }
    });

    test('is told who it is, also while another user calls', { timeout }, async () => {
      const emails = ['alice@example.com', 'bob@example.com', 'o\'brien+mcp@example.com'];
      const callers = await Promise.all(emails.map((email) => Caller.as(email, kind, access)));
      const asked = [];
      for (let round = 0; round !== 10; ++round) for (const caller of callers) asked.push(caller.email());
      const told = await Promise.all(asked);
      for (const [i, email] of told.entries()) assert.equal(email, emails[i % emails.length]);
      const whole = (await callers[0].call('whoami', {})).structuredContent;
      assert.match(whole.subject, /\S/);
      assert.notEqual(whole.subject, (await callers[1].call('whoami', {})).structuredContent.subject);
    });

    test('gets each of many answers at once to the right question', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      const numbers = Array.from({ length: 64 }, (_, i) => i);
      const results = await Promise.all(numbers.map((i) => alice.call('add', { a: i, b: 1000 })));
      assert.deepEqual(results.map((result) => result.structuredContent.total), numbers.map((i) => i + 1000));
    });

    test('is told where bad arguments are wrong', { timeout }, async () => {
      const carol = await Caller.as('carol@example.com', kind, access);
      for (const [tool, args, pointer] of [
        ['add', { a: 1 }, '/b'],
        ['add', { a: 1, b: 'two' }, '/b'],
        ['add', { a: [1], b: 2 }, '/a'],
        ['add', { a: 1, b: 2, c: 3 }, '/c'],
        ['whoami', { email: 'root@example.com' }, '/email'],
        ['draw', { prompt: 'x', width: 100_000 }, '/width'],
        ['draw', { prompt: 'x', width: 99.5 }, '/width'],
        ['draw', { prompt: '' }, '/prompt'],
        ['draw', { prompt: 'x', numbers: [1, 'two'] }, '/numbers/1'],
      ]) {
        const result = await carol.call(tool, args);
        const about = `${tool} ${JSON.stringify(args)} -> ${JSON.stringify(result)}`;
        assert.equal(result.isError, true, about);
        assert.equal(result.structuredContent, undefined, about);
        assert.equal(result.content[0].type, 'text', about);
        const text = result.content[0].text;
        assert.match(text, new RegExp(`(^|[\\s"'\`(])${pointer}([\\s"'\`:),.]|$)`), about);
        assert.ok(text.length > pointer.length + 10, `a sentence, not only a pointer: ${text}`);
      }
      const fine = await carol.call('add', { a: 1, b: 2 });
      assert.deepEqual(fine.structuredContent, { total: 3 }, 'and can mend them');
    });

    test('gets -32602 for a tool that does not exist', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      for (const name of ['subtract', 'Add', 'add ', 'ключ'])
        await assert.rejects(alice.call(name, {}), (error) => rpc_code(error) === -32602, name);
    });

    test('sees and calls the drawing tool only for whom it is meant', { timeout }, async () => {
      const bob = await Caller.as('bob@example.com', kind, access);
      assert.ok(!(await bob.tools()).some((tool) => tool.name === 'draw'));
      // the refusal is that of a tool which does not exist: bob learns nothing
      const refusal = await bob.call('draw', { prompt: 'hello' }).catch((error) => error);
      const unknown = await bob.call('drew', { prompt: 'hello' }).catch((error) => error);
      assert.equal(rpc_code(refusal), -32602);
      assert.equal(refusal.message, unknown.message);

      for (const email of ['carol@example.com', 'dave@example.com']) {
        const artist = await Caller.as(email, kind, access);
        const draw = (await artist.tools()).find((tool) => tool.name === 'draw');
        for (const fits of judges_of(draw.inputSchema)) {
          assert.equal(fits({ prompt: 'hello' }), true, 'the rest has defaults');
          assert.equal(fits({ prompt: 'hello', width: 100_000 }), false);
        }
        const pictures = [];
        for (const args of [{ prompt: 'hello' }, { prompt: 'good bye' }, { prompt: 'hello', numbers: [3, 1, 4, 1, 5] }]) {
          const result = await artist.call('draw', { ...args, width: 200, height: 120 });
          assert.notEqual(result.isError, true);
          assert.equal(result.content.length, 1);
          assert.equal(result.content[0].type, 'image');
          assert.equal(result.content[0].mimeType, 'image/png');
          const picture = read_png(Buffer.from(result.content[0].data, 'base64'));
          assert.deepEqual([picture.width, picture.height], [200, 120]);
          pictures.push(picture.pixels.toString('base64'));
        }
        assert.equal(new Set(pictures).size, 3, 'three different pictures');
      }
    });

    test('has nothing to complain about behind the scenes', { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind, access);
      await alice.tools();
      await alice.call('add', { a: 1, b: 2 });
      if (kind.sessions) {
        // it asks for a stream of its own after the handshake
        while (!alice.exchanges.some((exchange) => exchange.method === 'GET')) await new Promise((r) => setTimeout(r, 5));
        const get = alice.exchanges.find((exchange) => exchange.method === 'GET');
        assert.equal(get.status, 200);
        assert.equal(get.headers.get('content-type'), 'text/event-stream');
      }
      for (const { method, status } of alice.exchanges) if (method === 'POST') assert.ok(status === 200 || status === 202, status);
      await alice.close();
      assert.deepEqual(alice.errors, []);
    });

    if (kind.sessions) {
      test('gets an answer to a ping', { timeout }, async () => {
        const alice = await Caller.as('alice@example.com', kind, access);
        await alice.client.ping({ timeout: 10_000 });
      });
    } else {
      test('knows that its revision has no ping, and the server knows it too', { timeout }, async () => {
        const alice = await Caller.as('alice@example.com', kind, access);
        await assert.rejects(alice.client.ping({ timeout: 10_000 }), { code: 'METHOD_NOT_SUPPORTED_BY_PROTOCOL_VERSION' });
        const answer = await post_stateless(access.url, 'ping');
        assert.equal(answer.status, 404);
        assert.equal(JSON.parse(answer.body).error.code, -32601);
      });

      test('discovers the server again whenever it wants', { timeout }, async () => {
        const alice = await Caller.as('alice@example.com', kind, access);
        const found = await alice.client.discover({ timeout: 10_000 });
        assert.ok(found.supportedVersions.includes(kind.revision));
      });
    }
  });
}

describe('client 2.4 of an older revision', () => {
  for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    test(`${revision} connects, lists and calls`, { timeout }, async () => {
      const alice = await Caller.as('alice@example.com', kind_of_revision(revision), access);
      assert.equal(alice.revision, revision);
      assert.deepEqual((await alice.tools()).map((tool) => tool.name), ['add', 'whoami']);
      const result = await alice.call('add', { a: 40, b: 2 });
      assert.deepEqual(JSON.parse(result.content[0].text), { total: 42 });
      await alice.client.ping({ timeout: 10_000 });
    });
  }
});
