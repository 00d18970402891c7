// tests/browser/emulator.test.mjs - the sign-in page of the access emulator, in a browser
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Program } from '../clients/programs.mjs';
import { assert_readable, launch, open_page, phone, picture, Site } from './browser.mjs';

const timeout = 60_000;
let browser, emulator, client, url;

async function control(change) {
  const answer = await fetch(new URL('/emulator/oidc', emulator.url), { method: 'POST', body: new URLSearchParams(change) });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).oidc;
}

function authorization(changed = {}) {
  const asked = { client_id: 'emulated-client', redirect_uri: client.back, response_type: 'code', scope: 'openid email',
    state: 'a b&c', nonce: 'n', ...changed };
  return `${url}?${new URLSearchParams(asked)}`;
}

const claims_of = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

async function redeem(code) {
  const form = { grant_type: 'authorization_code', code, redirect_uri: client.back, client_id: 'emulated-client',
    client_secret: 'emulated-secret' };
  const answer = await fetch(url.replace(/authorization$/, 'token'), { method: 'POST', body: new URLSearchParams(form) });
  assert.equal(answer.status, 200);
  return answer.json();
}

/** Who the emulator says has signed in. */
const email_of = async (code) => claims_of((await redeem(code)).id_token).email;

before(async () => {
  [browser, client, emulator] = await Promise.all([
    launch(), Site.start(), Program.start('access_emulator', ['--listen', '127.0.0.1:0', '--linked', '127.0.0.1:0'])]);
  url = (await control({ redirect: client.back })).authorization_url;
}, { timeout });
after(async () => {
  await browser?.close();
  await client?.stop();
  await emulator?.stop();
}, { timeout });

for (const javaScriptEnabled of [true, false]) {
  describe(`somebody whose browser ${javaScriptEnabled ? 'has' : 'lacks'} JavaScript`, () => {
    test('signs in with a button', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(authorization());
      await page.getByRole('button', { name: 'Bob Example' }).click();
      await page.waitForURL(`${client.back}**`);
      const got = client.arrived();
      assert.equal(got.get('state'), 'a b&c');
      assert.equal(await email_of(got.get('code')), 'bob@example.com');
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });

    test('signs in with an email', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(authorization());
      await page.getByLabel('Somebody else').fill('carol@example.com');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${client.back}**`);
      assert.equal(await email_of(client.arrived().get('code')), 'carol@example.com');
      await page.context().close();
    });

    test('denies', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(authorization());
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL(`${client.back}**`);
      assert.deepEqual([...client.arrived()].sort(), [['error', 'access_denied'], ['state', 'a b&c']]);
      await page.context().close();
    });

    test('is told when the policy refuses, and can be somebody else', { timeout }, async () => {
      await control({ block: 'bob@example.com' });
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(authorization());
      await page.getByRole('button', { name: 'Bob Example' }).click();
      await page.getByRole('alert').filter({ hasText: 'bob@example.com does not have access' }).waitFor();
      assert.equal(client.visits.length, 0);
      if (javaScriptEnabled) await picture(page, 'emulator-refused');
      await page.getByRole('button', { name: 'Alice Example' }).click();
      await page.waitForURL(`${client.back}**`);
      assert.equal(await email_of(client.arrived().get('code')), 'alice@example.com');
      await control({ unblock: 'bob@example.com' });
      await page.context().close();
    });
  });
}

describe('the sign-in page', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of [['phone', phone], ['desktop', undefined]]) {
      test(`can be read: ${colorScheme}, ${size}`, { timeout }, async () => {
        const page = await open_page(browser, { colorScheme, ...(viewport && { viewport }) });
        await page.goto(authorization());
        await assert_readable(page);
        await picture(page, `emulator-${colorScheme}-${size}`);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(paper, colorScheme === 'dark' ? 'rgb(18, 20, 24)' : 'rgb(242, 243, 245)', 'the style is applied');
        assert.deepEqual(page.complaints, []);
        await page.context().close();
      });
    }
  }

  test('is used with the keyboard alone', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(authorization());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${client.back}**`);
    assert.equal(await email_of(client.arrived().get('code')), 'alice@example.com');
    await page.context().close();
  });

  test('is not shown in a frame', { timeout }, async () => {
    client.pages['/frame'] = `<!DOCTYPE html><iframe src="${authorization().replaceAll('&', '&amp;')}"></iframe>`;
    const page = await open_page(browser);
    await page.goto(`${client.origin}/frame`);
    await page.waitForLoadState('networkidle');
    const [frame] = page.frames().slice(1);
    assert.equal(await frame.getByRole('button').count(), 0);
    assert.ok(page.complaints.some((text) => /frame/i.test(text)), page.complaints.join('\n'));
    await page.context().close();
  });

  test('cannot be filled in by a page of somebody else', { timeout }, async () => {
    client.pages['/attack'] = `<!DOCTYPE html><form method="post" action="${authorization().replaceAll('&', '&amp;')}">
      <input name="email" value="mallory@example.com"><button>Win a prize</button></form>`;
    const page = await open_page(browser);
    await page.goto(`${client.origin}/attack`);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: 'Win a prize' }).click(),
    ]);
    assert.equal(answer.status(), 403);
    assert.equal(client.visits.length, 0);
    await page.context().close();
  });

  test('leaves a request it cannot trust where it is', { timeout }, async () => {
    const page = await open_page(browser);
    const answer = await page.goto(authorization({ redirect_uri: `${client.origin}/elsewhere` }));
    assert.equal(answer.status(), 400);
    await page.getByRole('heading', { name: 'This cannot be answered' }).waitFor();
    await page.context().close();
  });
});

describe('the switches of the emulator', () => {
  test('are out of the reach of pages', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(client.back);
    client.visits.pop();
    for (const mode of ['cors', 'no-cors']) {
      const said = await page.evaluate(async ([to, mode]) => {
        const body = new URLSearchParams({ block: 'alice@example.com' });
        const answer = await fetch(to, { method: 'POST', mode, body }).catch((error) => error);
        return answer.ok === true;
      }, [new URL('/emulator/oidc', emulator.url).href, mode]);
      assert.equal(said, false);
    }
    await page.goto(authorization());
    await page.getByRole('button', { name: 'Alice Example' }).click();
    await page.waitForURL(`${client.back}**`);
    assert.ok(client.arrived().get('code'), 'nobody was blocked');
    await page.context().close();
  });
});

describe('an application that is linked', () => {
  let linked;
  before(async () => {
    await fetch(new URL('/emulator/linked-upstream', emulator.url), { method: 'POST', body: new URL(client.origin).host });
    linked = (await (await fetch(new URL('/emulator', emulator.url))).json()).linked;
  }, { timeout });

  const call = async (headers) => (await fetch(`${linked.url}/something`, { headers })).status;
  const token = async (wish) => {
    const answer = await fetch(new URL('/emulator/token', emulator.url), { method: 'POST', body: JSON.stringify(wish) });
    return (await answer.text()).trim();
  };
  const passed_on = 404;  // what the server behind it says to everything but /back
  const email = 'alice@example.com';

  test('is called with the token of the first application, and told for whom', { timeout }, async () => {
    const given = await token({ email });
    assert.equal(await call({ 'Cf-Access-Token': given }), passed_on);
    const got = claims_of(client.last_headers['cf-access-jwt-assertion']);
    assert.deepEqual([got.email, got.sub, got.aud], [email, claims_of(given).sub, [linked.aud]]);
    assert.equal(client.last_headers['cf-access-token'], undefined, 'which the server behind does not see');
    assert.equal(await call({ 'Cf-Access-Token': await token({ service: 'robot.access' }) }), passed_on);
    assert.equal(claims_of(client.last_headers['cf-access-jwt-assertion']).common_name, 'robot.access');
  });

  test('is called with the access token of the OIDC application', { timeout }, async () => {
    const answer = await fetch(authorization(), { method: 'POST', redirect: 'manual', body: new URLSearchParams({ email }) });
    const tokens = await redeem(new URL(answer.headers.get('location')).searchParams.get('code'));
    assert.equal(await call({ Authorization: `Bearer ${tokens.access_token}` }), passed_on);
    assert.equal(claims_of(client.last_headers['cf-access-jwt-assertion']).email, email);
    assert.equal(await call({ Authorization: `Bearer ${tokens.id_token}` }), 403, 'an ID token is none');
    assert.equal(await call({ 'Cf-Access-Token': tokens.access_token }), 403, 'in the other field it is none');
  });

  test('is closed to everybody else', { timeout }, async () => {
    const good = await token({ email });
    const refused = [{}, { 'Cf-Emulator-Email': email }, { Authorization: `Bearer ${good}` }, { 'Cf-Access-Jwt-Assertion': good },
      { Cookie: `CF_Authorization=${good}` }, { 'CF-Access-Client-Id': 'x', 'CF-Access-Client-Secret': 'y' }];
    const wishes = [{ lifetime: -1 }, { claims: { aud: [linked.aud] } }, { claims: { type: 'org' } }, { claims: { exp: null } }];
    for (const forgery of ['other_key', 'altered_payload', 'alg_none', 'unknown_kid', 'wrong_issuer', 'not_yet_valid'])
      wishes.push({ forgery });
    for (const wish of wishes) refused.push({ 'Cf-Access-Token': await token({ email, ...wish }) });
    client.last_headers = undefined;
    for (const headers of refused) assert.equal(await call(headers), 403, JSON.stringify(headers));
    assert.equal(client.last_headers, undefined, 'the server behind it has seen nothing');
  });
});
