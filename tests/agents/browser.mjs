// tests/agents/browser.mjs - what an agent gets when it opens a browser: a person who approves and signs in
// SPDX-License-Identifier: BSL-1.0
//
// usage: PAGES=FILE node tests/agents/browser.mjs URL      appends where it ended to the file, as a line of JSON
import { appendFileSync } from 'node:fs';

import { Person } from '../clients/person.mjs';

const { url, status, text } = await new Person('approve').visit(process.argv[2]);
appendFileSync(process.env.PAGES, `${JSON.stringify({ url, status, text })}\n`);
