// tests/clients/browser.mjs - what clients that open a browser get to open: a person who approves
// SPDX-License-Identifier: BSL-1.0
//
// usage: node tests/clients/browser.mjs URL [BUTTON...]    presses the buttons with these values, or else approve
import { Person } from './person.mjs';

const [url, ...presses] = process.argv.slice(2);
const { status, text } = await new Person(...presses).visit(url);
if (status !== 200) throw new Error(`${status}: ${text}`);
