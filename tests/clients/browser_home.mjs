// tests/clients/browser_home.mjs - a home for programs that open a browser, with one in it whose user approves
// SPDX-License-Identifier: BSL-1.0
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const person = path.join(import.meta.dirname, 'browser.mjs');

export class BrowserHome {
  folder = mkdtempSync(path.join(os.tmpdir(), 'clients-'));
  browser = path.join(this.folder, 'browser');
  visits_file = path.join(this.folder, 'visits');

  constructor() {
    writeFileSync(this.browser, `#!/bin/sh\necho >> '${this.visits_file}'\nexec '${process.execPath}' '${person}' "$1"\n`);
    chmodSync(this.browser, 0o700);
  }
  /** The environment of a program that lives here. */
  get env() {
    return { HOME: this.folder, PATH: process.env.PATH, BROWSER: this.browser };
  }
  /** How often the browser was opened. */
  get visits() {
    return existsSync(this.visits_file) ? readFileSync(this.visits_file).length : 0;
  }
  remove() {
    rmSync(this.folder, { recursive: true });
  }
}
