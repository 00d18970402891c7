// tests/clients/inventory.test.mjs - official clients use the inventory, behind Access and on its developer's machine
// SPDX-License-Identifier: BSL-1.0
//
// Costs 3 seconds.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { Caller, close_all, kinds } from './callers.mjs';
import { Access, Program, run, program_path } from './programs.mjs';

const timeout = 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'inventory-'));
after(() => rmSync(folder, { recursive: true }));
const settings = (name) => ({ INVENTORY_FILE: path.join(folder, name), INVENTORY_PORT: '0' });
const names = async (client) => (await client.tools()).map((tool) => tool.name).sort();
const parts = (count) => Array.from({ length: count }, (_, i) => ({ number: `AB-${String(i).padStart(4, '0')}`, pieces: i, changed: '2026-01-02T03:04:05Z' }));
const text_of = (result) => result.content.map((part) => part.text).join('');
afterEach(close_all);

describe('behind Access', () => {
  let access;
  before(async () => (access = await Access.start(settings('access'), 'up', ['inventory'])), { timeout });
  after(() => access?.stop(), { timeout });

  for (const kind of kinds) {
    test(`${kind.name}: guests look, staff writes, with progress`, { timeout }, async () => {
      const guest = await Caller.as('eve@elsewhere.example', kind, access);
      assert.deepEqual(await names(guest), ['find_parts']);
      const staff = await Caller.as('bob@example.com', kind, access);
      assert.deepEqual(await names(staff), ['change_part', 'find_parts', 'import_parts']);

      const seen = [];
      const imported = await staff.call('import_parts', { parts: parts(20) }, { onprogress: ({ progress }) => seen.push(progress) });
      assert.equal(text_of(imported), '20 parts are imported');
      assert.deepEqual(seen, Array.from({ length: 20 }, (_, i) => i + 1));

      const found = (await guest.call('find_parts', { text: 'AB-001', most: 5 })).structuredContent;
      const rows = Array.isArray(found) ? found : found.result;
      assert.deepEqual(rows.map(({ number, pieces }) => [number, pieces]), [10, 11, 12, 13, 14].map((n) => [`AB-00${n}`, n]));

      const taken = await staff.call('change_part', { number: 'AB-0012', by: -5 });
      assert.equal(taken.structuredContent.pieces, 7);
      const too_much = await staff.call('change_part', { number: 'AB-0012', by: -8 });
      assert.ok(too_much.isError, text_of(too_much));
      assert.equal((await guest.read('inventory://report'))[0].text, '20 parts\n');
    });
  }

  test('a part number of another form is refused in words', { timeout }, async () => {
    const staff = await Caller.as('bob@example.com', kinds[0], access);
    const refused = await staff.call('change_part', { number: 'ab-1', by: 1 });
    assert.ok(refused.isError);
    assert.match(text_of(refused), /\/number: must match the pattern/);
  });
});

describe("on its developer's machine", () => {
  let server;
  const identity = JSON.stringify({ email: 'ann@example.com', groups: ['ops'] });
  before(async () => (server = await Program.start('inventory', [], { ...settings('development'), MCPAWL_DEVELOPMENT_IDENTITY: identity })), { timeout });
  after(() => server?.stop(), { timeout });

  for (const kind of kinds) {
    test(`${kind.name}: an operator removes a part, once the user has agreed`, { timeout }, async () => {
      let agree = false;
      const asked = [];
      const answer = (question) => {
        asked.push(question.params.message);
        return { action: 'accept', content: { sure: agree } };
      };
      const ann = await Caller.connect(kind, server.url, {}, { 'elicitation/create': answer });
      await ann.call('import_parts', { parts: parts(3) });
      const kept = await ann.call('remove_part', { number: 'AB-0001' });
      assert.ok(kept.isError);
      assert.match(text_of(kept), /did not confirm/);
      agree = true;
      assert.equal(text_of(await ann.call('remove_part', { number: 'AB-0001' })), 'removed AB-0001');
      assert.deepEqual(asked, Array(2).fill('Remove AB-0001 for good?'));
      assert.equal((await ann.read('inventory://report'))[0].text, '2 parts\n');
    });
  }
});

test('without settings it says which, and ends with 2', { timeout }, async () => {
  const ended = await run(program_path('inventory'), []);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /INVENTORY_FILE/);
});
