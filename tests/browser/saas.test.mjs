// tests/browser/saas.test.mjs - consent, sign-in and callback of access_saas, and attacks on them, in a browser
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { assert_readable, launch, led_to, open_page, phone, picture, Site } from './browser.mjs';
import { Saas, TlsProxy } from './saas.mjs';

const timeout = 60_000;
let browser, saas, site, client;
before(async () => {
  [browser, saas, site] = await Promise.all([launch(), Saas.start(), Site.start()]);
  client = await saas.register(site.back);
}, { timeout });
after(async () => {
  await browser?.close();
  await site?.stop();
  await saas?.stop();
}, { timeout });

beforeEach(() => (site.visits = []));

/** Where the form of a page may lead. */
const form_action = (answer) => /form-action ([^;]*)/.exec(answer.headers()['content-security-policy'])[1];
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const sign_in = (page, name) => page.getByRole('button', { name }).click();
const at_access = (page) => page.waitForURL(`${saas.team}/cdn-cgi/access/sso/oidc/**`);
const at_client = (page) => page.waitForURL(`${site.back}?**`);

for (const javaScriptEnabled of [true, false]) {
  describe(`somebody whose browser ${javaScriptEnabled ? 'has' : 'lacks'} JavaScript`, () => {
    test('approves, signs in, and the client acts for them', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      assert.equal(form_action(await page.goto(client.url())), `'self' https: ${saas.team} ${site.origin}`);
      await page.getByRole('heading', { name: 'Example Client' }).waitFor();
      const text = await page.locator('main').innerText();
      for (const shown of [new URL(site.back).host, site.back, 'Unverified', 'Example Inc.', 'a program on this computer'])
        assert.ok(text.includes(shown), `"${shown}" is on the page`);
      await press(page, 'Approve');
      await at_access(page);
      await sign_in(page, 'Bob Example');
      await at_client(page);
      const tokens = await client.redeem(site.arrived());
      assert.equal(tokens.status, 200);
      const { who } = await saas.whoami(tokens.access_token);
      assert.deepEqual([who.email, who.name], ['bob@example.com', 'Bob Example']);
      assert.deepEqual(page.complaints, []);
      const left = await page.context().cookies();
      assert.ok(left.length <= 1, `what is over leaves no cookie: ${left.map(({ name }) => name)}`);
      for (const cookie of left) assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax', JSON.stringify(cookie));
      await page.context().close();
    });

    test('denies on the consent page', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(client.url());
      await press(page, 'Deny');
      await at_client(page);
      const got = site.arrived();
      assert.deepEqual([got.get('error'), got.get('state'), got.get('iss'), got.get('code')],
        ['access_denied', client.state, saas.origin, null]);
      await page.context().close();
    });

    test('denies at Access', { timeout }, async () => {
      const page = await open_page(browser, { javaScriptEnabled });
      await page.goto(client.url());
      await press(page, 'Approve');
      await at_access(page);
      await press(page, 'Deny');
      await at_client(page);
      const got = site.arrived();
      assert.deepEqual([got.get('error'), got.get('state'), got.get('code')], ['access_denied', client.state, null]);
      await page.context().close();
    });
  });
}

describe('the consent page', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of [['phone', phone], ['desktop', undefined]]) {
      test(`can be read: ${colorScheme}, ${size}`, { timeout }, async () => {
        const page = await open_page(browser, { colorScheme, ...(viewport && { viewport }) });
        await page.goto(client.url());
        await assert_readable(page);
        await picture(page, `consent-${colorScheme}-${size}`);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
        assert.equal(paper[0] < 128, colorScheme === 'dark', `the paper is ${paper}`);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
      });
    }
  }

  test('is used with the keyboard', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(client.url());
    await page.getByRole('button', { name: 'Deny' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await at_access(page);
    await page.context().close();
  });

  test('shows a hostile client as text and nothing else', { timeout }, async () => {
    const names = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "</title><style>*{display:none}</style>'",
      '</h1><form action="https://evil.example"><button>Approve</button></form>', 'A'.repeat(100)];
    for (const [i, client_name] of names.entries()) {
      const hostile = await saas.register(site.back, { client_name });
      const page = await open_page(browser, { viewport: phone });
      await page.goto(hostile.url());
      await assert_readable(page);
      assert.equal(await page.locator('script, img, iframe, object, form:not([action="/authorize"])').count(), 0, client_name);
      assert.equal(await page.locator('style').count(), 1, client_name);
      assert.equal(await page.getByRole('button').count(), 2, client_name);
      const handlers = await page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith('on')));
      assert.deepEqual(handlers, []);
      assert.ok((await page.locator('h1').textContent()).includes(client_name), client_name);
      assert.deepEqual(page.complaints, []);
      await picture(page, `consent-hostile-${i}`);
      await press(page, 'Deny');
      await at_client(page);
      assert.equal(site.arrived().get('error'), 'access_denied');
      await page.context().close();
    }
  });

  test('is not made for names that turn the text around, and links to no script', { timeout }, async () => {
    for (const metadata of [{ client_name: 'a\u202eb' }, { client_name: 'a\u2066b' }, { client_name: 'a\u0000b' }, { client_name: 'a\u001b[31mb' },
      { client_uri: 'javascript:alert(1)' }, { policy_uri: 'data:text/html,<script>alert(1)</script>' },
      { client_uri: 'https://example.com/" onmouseover="alert(1)' }]) {
      const hostile = await saas.register(site.back, metadata).catch((error) => error);
      if (hostile instanceof Error) continue;  // better still
      const page = await open_page(browser);
      await page.goto(hostile.url());
      assert.doesNotMatch(await page.locator('main').innerText(), /[\u202a-\u202e\u2066-\u2069\u0000\u001b]/);
      for (const link of await page.locator('a').all()) {
        assert.match(await link.getAttribute('href'), /^https:/);
        assert.equal(await link.getAttribute('onmouseover'), null);
      }
      await page.context().close();
    }
  });

  test('is not shown in a frame', { timeout }, async () => {
    site.pages['/frame'] = `<!DOCTYPE html><iframe src="${client.url().replaceAll('&', '&amp;')}"></iframe>`;
    const page = await open_page(browser);
    await page.goto(`${site.origin}/frame`);
    await page.waitForLoadState('networkidle');
    const [frame] = page.frames().slice(1);
    assert.equal(await frame.getByRole('button').count(), 0);
    assert.ok(page.complaints.some((text) => /frame/i.test(text)), page.complaints.join('\n'));
    await page.context().close();
  });

  test('asks once where it was told to remember, and again for anything else', { timeout }, async () => {
    const back = 'https://client.example/back';  // programs on this computer are never remembered
    const web = await saas.register(back);
    const page = await open_page(browser);
    await page.goto(web.url());
    await picture(page, 'consent-remember');
    await page.getByRole('checkbox').focus();
    const enter = await led_to(page, back, () => page.keyboard.press('Enter'));
    assert.equal(enter.get('error'), 'access_denied', 'the Enter key gives nothing away');

    await page.goto(web.url());
    await page.getByRole('checkbox').check();
    await press(page, 'Approve');
    await at_access(page);
    const got = await led_to(page, back, () => sign_in(page, 'Alice Example'));
    assert.equal((await web.redeem(got)).status, 200);

    await page.goto(web.url());
    await at_access(page);
    const again = await led_to(page, back, () => sign_in(page, 'Alice Example'));
    assert.equal((await web.redeem(again)).status, 200);

    await page.goto(web.url());
    await at_access(page);
    await sign_in(page, 'Bob Example');
    await page.getByText('You are signed in as bob@example.com').waitFor();
    const denied = await led_to(page, back, () => press(page, 'Deny'));
    assert.equal(denied.get('error'), 'access_denied', "alice's approval is not bob's");

    await page.goto((await saas.register(back)).url());
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.context().close();
  });

  test('is good for one response', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(client.url());
    const [request] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'), press(page, 'Deny')]);
    await at_client(page);
    site.arrived();
    const again = await page.request.post(`${saas.origin}/authorize`, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: saas.origin }, data: request.postData(), maxRedirects: 0 });
    assert.equal(again.status(), 400);
    assert.equal(site.visits.length, 0);
    await page.context().close();
  });
});

describe('an attacker', () => {
  /** Approve in a browser of one's own, as far as the sign-in page. */
  async function approved() {
    const page = await open_page(browser);
    await page.goto(client.url());
    await press(page, 'Approve');
    await at_access(page);
    return page;
  }

  test('who approved cannot let somebody else sign in for them', { timeout }, async () => {
    const attacker = await approved();
    const victim = await open_page(browser);
    await victim.goto(attacker.url());
    await sign_in(victim, 'Alice Example');
    await victim.waitForURL(`${saas.origin}/callback**`);
    await victim.getByText('was not begun in this browser').waitFor();
    await assert_readable(victim);
    await picture(victim, 'attack-other-browser');
    assert.equal(site.visits.length, 0, 'no code left the server');
    for (const page of [attacker, victim]) await page.context().close();
  });

  test('cannot sign somebody in as themself', { timeout }, async () => {
    const attacker = await approved();
    const answer = await fetch(attacker.url(), {
      method: 'POST', redirect: 'manual', body: new URLSearchParams({ email: 'bob@example.com' }) });
    const callback = answer.headers.get('location');
    assert.ok(callback.startsWith(`${saas.origin}/callback?code=`));
    const victim = await approved();  // who has begun a login of their own
    await victim.goto(callback);
    await victim.getByRole('heading').waitFor();
    assert.equal(site.visits.length, 0);
    for (const page of [attacker, victim]) await page.context().close();
  });

  test('cannot approve for a visitor of a page of theirs', { timeout }, async () => {
    const attacker = await open_page(browser);
    await attacker.goto(client.url());
    const handle = await attacker.locator('input[name=handle]').inputValue();
    site.pages['/approve'] = `<!DOCTYPE html><form method="post" action="${saas.origin}/authorize">
      <input name="handle" value="${handle}"><input name="decision" value="approve"><button>Win a prize</button></form>`;
    const victim = await open_page(browser);
    await victim.goto(`${site.origin}/approve`);
    const [answer] = await Promise.all([
      victim.waitForResponse((response) => response.request().method() === 'POST'), press(victim, 'Win a prize')]);
    assert.ok(answer.status() >= 400 && answer.status() < 500, `${answer.status()}`);
    assert.equal(site.visits.length, 0);
    for (const page of [attacker, victim]) await page.context().close();
  });

  test('is not sent anywhere by a redirect URI that was not registered', { timeout }, async () => {
    const page = await open_page(browser);
    for (const redirect_uri of [`${site.origin}/elsewhere`, 'https://evil.example/', 'javascript:alert(1)', `${site.back}?x`]) {
      const answer = await page.goto(client.url({ redirect_uri }));
      assert.equal(answer.status(), 400, redirect_uri);
      assert.equal(page.url().startsWith(`${saas.origin}/authorize?`), true);
    }
    await assert_readable(page);
    await picture(page, 'error-redirect-uri');
    await page.context().close();
  });
});

describe('somebody whom Access refuses later', () => {
  test('loses access with the next refresh', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(client.url());
    await press(page, 'Approve');
    await at_access(page);
    await page.getByLabel('Somebody else').fill('carol@example.com');
    await page.keyboard.press('Enter');
    await at_client(page);
    const tokens = await client.redeem(site.arrived());
    const refreshed = await client.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
    assert.equal(refreshed.status, 200);
    await saas.control({ block: 'carol@example.com' });
    const refused = await client.token({ grant_type: 'refresh_token', refresh_token: refreshed.refresh_token });
    assert.deepEqual([refused.status, refused.error], [400, 'invalid_grant']);
    assert.equal((await saas.whoami(refreshed.access_token)).status, 401, 'the grant is gone');
    await page.context().close();
  });

  test('keeps access while Access is only out of order', { timeout }, async () => {
    const page = await open_page(browser);
    await page.goto(client.url());
    await press(page, 'Approve');
    await at_access(page);
    await sign_in(page, 'Alice Example');
    await at_client(page);
    const { refresh_token } = await client.redeem(site.arrived());
    for (const fail of ['error', 'unavailable', 'html', 'redirect']) {
      await saas.control({ fail });
      const now = await client.token({ grant_type: 'refresh_token', refresh_token });
      assert.equal(now.error === 'invalid_grant', false, `${fail}: ${now.status} ${now.error}`);
    }
    await saas.control({ fail: 'none' });
    assert.equal((await client.token({ grant_type: 'refresh_token', refresh_token })).status, 200);
    await page.context().close();
  });
});

describe('behind a proxy that ends TLS', () => {
  const origin = 'https://mcp.example';
  let proxy, server, own;
  before(async () => {
    [proxy, server] = await Promise.all([TlsProxy.start(), Saas.start(origin)]);
    proxy.to = server.direct;
    own = await launch(`mcp.example:443 127.0.0.1:${proxy.port}`);
  }, { timeout });
  after(async () => {
    await own?.close();
    await proxy?.stop();
    await server?.stop();
  }, { timeout });

  test('the flow is bound to the browser by cookies that nobody else can set', { timeout }, async () => {
    const web = await server.register(site.back);
    const page = await open_page(own, { ignoreHTTPSErrors: true });
    assert.equal(form_action(await page.goto(web.url())), `'self' https: ${server.team} ${site.origin}`);
    assert.equal(new URL(page.url()).origin, origin);
    const seen = await page.context().cookies();
    await press(page, 'Approve');
    await page.waitForURL(`${server.team}/**`);
    seen.push(...(await page.context().cookies(origin)));
    await sign_in(page, 'Bob Example');
    await at_client(page);
    const tokens = await web.redeem(site.arrived());
    assert.equal((await server.whoami(tokens.access_token)).who.email, 'bob@example.com');
    seen.push(...(await page.context().cookies(origin)));
    assert.ok(seen.length >= 2);
    for (const cookie of seen) {
      assert.match(cookie.name, /^__Host-/);
      assert.ok(cookie.secure && cookie.httpOnly && cookie.path === '/' && cookie.sameSite === 'Lax', JSON.stringify(cookie));
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
});
