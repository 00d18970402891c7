// tests/browser/linked_saas.test.mjs - linked_app with logins of its own calls a linked application with the access tokens
// of Access that it got at the login
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { post_stateless } from '../clients/raw.mjs';
import { launch, open_page, Site } from './browser.mjs';
import { Saas } from './saas.mjs';

const timeout = 60_000;
let browser, saas, site, behind, linked;
before(async () => {
  // it answers with who Access says is calling
  const whose = ({ headers }) => Buffer.from(headers['cf-access-jwt-assertion'].split('.')[1], 'base64url').toString();
  [browser, site, behind] = await Promise.all([launch(), Site.start(), Site.start({ '/whose': whose })]);
  saas = await Saas.start(undefined, { program: 'linked_app', emulator: ['--linked', '127.0.0.1:0'],
    settings: (state) => ({ DOWNSTREAM_URL: (linked = state.linked).url }) });
  await fetch(new URL('/emulator/linked-upstream', saas.emulator.url), { method: 'POST', body: new URL(behind.origin).host });
}, { timeout });
after(async () => {
  await browser?.close();
  await site?.stop();
  await saas?.stop();
  await behind?.stop();
}, { timeout });

/** Log in as somebody; the client with its tokens. */
async function logged_in(email) {
  const client = await saas.register(site.back);
  const page = await open_page(browser);
  await page.goto(client.url());
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.getByLabel('Somebody else').fill(email);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.back}?**`);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  const tokens = await client.redeem(site.arrived());
  assert.equal(tokens.status, 200);
  return { client, ...tokens };
}

/** The result of `read_page`, called with an access token of linked_app. */
async function read_page({ access_token }) {
  const answer = await post_stateless(saas.server.url, 'tools/call', { name: 'read_page', arguments: { path: '/whose' } },
    { Authorization: `Bearer ${access_token}` });
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body).result;
}
/** Who the application behind sees. */
async function seen(login) {
  const { structuredContent: page } = await read_page(login);
  assert.equal(page.status, 200, page.text);
  return JSON.parse(page.text);
}
const refreshes = async () => (await (await fetch(new URL('/emulator', saas.emulator.url))).json()).oidc.requests.refreshes;
const seconds = (n) => new Promise((resolve) => setTimeout(resolve, n * 1000));

test('the application behind hears who is calling, and no token of ours', { timeout }, async () => {
  await saas.control({ lifetime: '300' });
  const before = await refreshes();
  const people = [await logged_in('bob@example.com'), await logged_in('carol@example.com')];
  for (const [i, email] of ['bob@example.com', 'carol@example.com'].entries()) {
    const who = await seen(people[i]);
    assert.deepEqual([who.email, who.aud, who.type], [email, [linked.aud], 'app']);
    assert.equal(behind.last_headers['cf-access-token'], undefined);
    assert.match(behind.last_headers.authorization, /^Bearer eyJ/, 'a token of Access, which passes it on');
    assert.ok(!JSON.stringify(behind.last_headers).includes(people[i].access_token));
  }
  assert.equal(await refreshes(), before, 'a token that is fresh is used as it is');
  assert.equal((await fetch(`${linked.url}/whose`, { headers: { Authorization: `Bearer ${people[0].access_token}` } })).status, 403);
});

test('a token of Access that has expired is refreshed, once for all calls', { timeout }, async () => {
  await saas.control({ lifetime: '2' });
  const dave = await logged_in('dave@example.com');
  assert.equal((await seen(dave)).email, 'dave@example.com');
  await seconds(3);
  await saas.control({ lifetime: '300' });
  const before = await refreshes();
  const all = await Promise.all(Array.from({ length: 8 }, () => seen(dave)));
  assert.deepEqual(all.map(({ email }) => email), Array(8).fill('dave@example.com'));
  assert.equal(await refreshes(), before + 1);
});

test('somebody whom Access refuses by then is out', { timeout }, async () => {
  await saas.control({ lifetime: '2' });
  const erin = await logged_in('erin@example.com');
  await seconds(3);
  await saas.control({ fail: 'unavailable' });
  const broken = await read_page(erin);
  assert.equal(broken.isError, true);
  assert.match(broken.content[0].text, /cannot be asked/);
  await saas.control({ fail: 'none' });
  assert.equal((await seen(erin)).email, 'erin@example.com', 'an outage ends nothing');

  await seconds(3);
  await saas.control({ block: 'erin@example.com' });
  const refused = await read_page(erin);
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /the login has ended/);
  const answer = await post_stateless(saas.server.url, 'tools/call', { name: 'whoami', arguments: {} },
    { Authorization: `Bearer ${erin.access_token}` });
  assert.equal(answer.status, 401, 'the grant is gone');
  const refreshed = await erin.client.token({ grant_type: 'refresh_token', refresh_token: erin.refresh_token });
  assert.deepEqual([refreshed.status, refreshed.error], [400, 'invalid_grant']);
});
