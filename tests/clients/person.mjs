// tests/clients/person.mjs - somebody with a browser who signs in, reads a consent page and decides
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';

const most_steps = 20;

function attributes(tag) {
  const found = {};
  for (const [, name, value] of tag.matchAll(/([a-z-]+)="([^"]*)"/g))
    found[name] = value.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, it) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[it] ?? "'");
  return found;
}

/** Keeps cookies and follows redirects as a browser does, and presses one button of each form it meets. */
export class Person {
  /** @param presses  the values of buttons this person would press, such as approve, deny, alice@example.com */
  constructor(...presses) {
    this.presses = presses.length ? presses : ['approve'];
    this.cookies = new Map();
    this.pages = [];
  }

  /** Open a URL and go on to the end, which is a page without a form, or to a URL that begins with `until`.

      Resolves to the URL that was reached, and, unless it was not opened, the status and text of its page. */
  async visit(url, until) {
    let request = { url: new URL(url), method: 'GET' };
    for (let step = 0; step !== most_steps; ++step) {
      if (until && request.url.href.startsWith(until)) return { url: request.url };
      const answer = await this.send(request);
      const text = await answer.text();
      const location = answer.headers.get('location');
      if (location) {
        assert.ok(answer.status >= 300 && answer.status < 400, `${answer.status} with a location`);
        request = { url: new URL(location, request.url), method: 'GET', from: request.url };
        continue;
      }
      if (!text.includes('<form')) return { url: request.url, status: answer.status, text };
      this.pages.push(text);
      request = this.submit(request.url, text);
    }
    throw new Error(`still not there after ${most_steps} steps: ${request.url}`);
  }

  submit(page, text) {
    for (const [, tag, inside] of text.matchAll(/<form ([^>]*)>([^]*?)<\/form>/g)) {
      const { action, method } = attributes(tag);
      const tags = (name) => [...inside.matchAll(new RegExp(`<${name} ([^>]*)>`, 'g'))].map((found) => attributes(found[1]));
      const pressed = tags('button').find((button) => this.presses.includes(button.value));
      if (!pressed) continue;
      assert.equal(method, 'post');
      const body = new URLSearchParams();
      for (const { type, name, value } of tags('input')) if (type === 'hidden') body.set(name, value);
      body.set(pressed.name, pressed.value);
      return { url: new URL(action ?? page, page), method: 'POST', body, from: page };
    }
    throw new Error(`nothing to press for ${this.presses} in ${text}`);
  }

  async send({ url, method, body, from }) {
    const jar = this.cookies.get(url.hostname) ?? new Map();
    this.cookies.set(url.hostname, jar);
    const site = !from ? 'none' : from.origin === url.origin ? 'same-origin' : 'same-site';
    const headers = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': site };
    const sent = [...jar.values()].filter(({ path }) => url.pathname.startsWith(path)).map(({ pair }) => pair);
    if (sent.length) headers.Cookie = sent.join('; ');
    if (method === 'POST') headers.Origin = from.origin;
    const answer = await fetch(url, { method, headers, body, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(/; */);
      const options = new Map(rest.map((option) => option.split('=')).map(([name, value]) => [name.toLowerCase(), value]));
      const path = options.get('path') ?? '/';
      const key = `${pair.split('=')[0]} ${path}`;
      const over = options.get('max-age') === '0' || Date.parse(options.get('expires')) < Date.now();
      if (over) jar.delete(key);
      else jar.set(key, { pair, path });
    }
    return answer;
  }
}
