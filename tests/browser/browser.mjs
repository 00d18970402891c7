// tests/browser/browser.mjs - the browser, what it is led to, and what a page must look like
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const pictures = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/browser');
export const phone = { width: 360, height: 740 };
export const desktop = { width: 1280, height: 800 };

/** Start the browser of MCPAWL_BROWSER, without a window. It finds no host by name but the one that `map` names. */
export function launch(map = '') {
  const args = [`--host-resolver-rules=${map && `MAP ${map},`}MAP *.example ~NOTFOUND`];
  // the sandbox of the browser does not work for root
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: process.env.MCPAWL_BROWSER ?? '/usr/bin/chromium', args, timeout: 30_000 });
}

/** A page of a browser of its own: no cookies of others. What the browser complains about is kept in `complaints`. */
export async function open_page(browser, options = {}) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    page.complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return page;
}

/** The parameters that a browser would bring to a URL, by what `act` does, if the URL led anywhere. */
export async function led_to(page, url, act) {
  const [request] = await Promise.all([page.waitForRequest((request) => request.url().startsWith(`${url}?`)), act()]);
  await page.waitForFunction(() => location.protocol === 'chrome-error:');
  return new URL(request.url()).searchParams;
}

/** A site on a loopback port: an OAuth client that waits at /back, or somebody's page. */
export class Site {
  /** @param pages HTML by path, or functions of the request that make it */
  static async start(pages = {}) {
    const site = new Site();
    site.pages = pages;
    site.visits = [];
    site.server = createServer((request, response) => {
      const url = new URL(request.url, site.origin);
      let known = site.pages[url.pathname];
      if (typeof known === 'function') known = known(request);
      if (url.pathname === '/back') site.visits.push(url.searchParams);
      site.last_headers = request.headers;
      const status = { '/back': 200, '/favicon.ico': 204 }[url.pathname] ?? (known ? 200 : 404);
      response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(known ?? '<!DOCTYPE html><title>back</title><h1>Back at the client</h1>');
    });
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    site.origin = `http://127.0.0.1:${site.server.address().port}`;
    site.back = `${site.origin}/back`;
    return site;
  }
  /** The parameters that a browser has brought to /back, once. */
  arrived() {
    assert.equal(this.visits.length, 1, 'the browser came back once');
    return this.visits.shift();
  }
  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** Keep a picture of the whole page, for people to look at. */
export function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  return page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

/** Nothing is wider than the window, every control is large enough for a finger and every text can be read. */
export async function assert_readable(page) {
  const seen = await page.evaluate(() => {
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => {
      const [r, g, b] = channels(color).map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if ((channels(color)[3] ?? 1) === 1) return color;
      }
      return 'rgb(255, 255, 255)';
    };
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
      const [ink, paper] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      const box = element.getBoundingClientRect();
      texts.push({ text: walker.currentNode.data.trim(), contrast, left: box.left, right: box.right });
    }
    const controls = [...document.querySelectorAll('button, input:not([type=hidden], [type=checkbox])')].map((control) => ({
      name: control.innerText || control.name,
      height: control.getBoundingClientRect().height,
      labelled: control.tagName === 'BUTTON' ? control.innerText.trim() !== '' : control.labels.length > 0,
    }));
    return { width: innerWidth, scrolled: document.documentElement.scrollWidth, lang: document.documentElement.lang,
      headings: document.querySelectorAll('h1').length, texts, controls };
  });
  assert.ok(seen.scrolled <= seen.width, `the page is ${seen.scrolled} wide in a window of ${seen.width}`);
  assert.equal(seen.lang, 'en');
  assert.equal(seen.headings, 1);
  assert.ok(seen.texts.length > 3);
  for (const { text, contrast, left, right } of seen.texts) {
    assert.ok(contrast >= 4.5, `"${text}" has a contrast of ${contrast.toFixed(2)}`);
    assert.ok(left >= 0 && right <= seen.width, `"${text}" is cut off`);
  }
  for (const { name, height, labelled } of seen.controls) {
    assert.ok(height >= 44, `"${name}" is ${height} pixels high`);
    assert.ok(labelled, `"${name}" has a label`);
  }
}
