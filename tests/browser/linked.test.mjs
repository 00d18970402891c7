// tests/browser/linked.test.mjs - linked_app calls an application that the emulator protects, in its callers' names
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Program } from '../clients/programs.mjs';
import { post_stateless } from '../clients/raw.mjs';
import { Site } from './browser.mjs';

const timeout = 60_000;
let emulator, server, behind, linked;
before(async () => {
  // it answers with who Access says is calling
  const whose = ({ headers }) => Buffer.from(headers['cf-access-jwt-assertion'].split('.')[1], 'base64url').toString();
  [emulator, behind] = await Promise.all([
    Program.start('access_emulator', ['--listen', '127.0.0.1:0', '--linked', '127.0.0.1:0']), Site.start({ '/whose': whose })]);
  const at = (path) => new URL(path, emulator.url);
  const state = await (await fetch(at('/emulator'))).json();
  linked = state.linked;
  server = await Program.start('linked_app', ['--listen', '127.0.0.1:0'],
    { TEAM_DOMAIN: state.team_domain, POLICY_AUD: state.aud, DOWNSTREAM_URL: linked.url, ALLOW_SERVICE_TOKENS: 'true' });
  await fetch(at('/emulator/upstream'), { method: 'POST', body: server.url.host });
  await fetch(at('/emulator/linked-upstream'), { method: 'POST', body: new URL(behind.origin).host });
}, { timeout });
after(async () => {
  await server?.stop();
  await emulator?.stop();
  await behind?.stop();
}, { timeout });

async function read_page(path, caller) {
  const answer = await post_stateless(new URL('/mcp', emulator.url), 'tools/call', { name: 'read_page', arguments: { path } }, caller);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body).result.structuredContent;
}
const as = (email) => ({ 'Cf-Emulator-Email': email });

test('the application behind hears who is calling, in a token of its own', { timeout }, async () => {
  const page = await read_page('/whose', as('bob@example.com'));
  assert.equal(page.status, 200);
  const got = JSON.parse(page.text);
  assert.deepEqual([got.email, got.aud, got.type], ['bob@example.com', [linked.aud], 'app']);
  for (const name of ['cf-access-token', 'authorization']) assert.equal(behind.last_headers[name], undefined);
});

test('a service stays a service', { timeout }, async () => {
  const page = await read_page('/whose', { 'CF-Access-Client-Id': 'robot.access', 'CF-Access-Client-Secret': 'x' });
  assert.equal(JSON.parse(page.text).common_name, 'robot.access');
});

test('callers at the same time are not mixed up', { timeout }, async () => {
  const emails = Array.from({ length: 40 }, (_, i) => `caller${i % 8}@example.com`);
  const pages = await Promise.all(emails.map((email) => read_page('/whose', as(email))));
  assert.deepEqual(pages.map((page) => JSON.parse(page.text).email), emails);
});

test('a new key of Access is used at once', { timeout }, async () => {
  const rotated = await fetch(new URL('/emulator/rotate', emulator.url), { method: 'POST' });
  assert.equal(rotated.status, 200);
  assert.equal((await read_page('/whose', as('alice@example.com'))).status, 200);
});

test('without a caller the application behind is closed', { timeout }, async () => {
  assert.equal((await fetch(`${linked.url}/whose`)).status, 403);
  const answer = await post_stateless(server.url, 'tools/call', { name: 'read_page', arguments: { path: '/whose' } });
  assert.equal(answer.status, 401);
});
