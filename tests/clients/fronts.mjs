// tests/clients/fronts.mjs - every kind of client over TLS, and through what stands in front of a server; fronts.sh starts it all
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { Caller, close_all, kinds } from './callers.mjs';

const timeout = 30_000;
const words = process.env.FRONTS.split(' ');
afterEach(close_all);

for (let i = 0; i < words.length; i += 2)
  describe(words[i], () => {
    for (const kind of kinds)
      test(`${kind.name}: a call, and events while it runs`, { timeout }, async () => {
        const caller = await Caller.connect(kind, new URL(words[i + 1]));
        assert.equal(caller.revision, kind.revision);
        const { tools } = await caller.client.listTools();
        assert.ok(tools.length > 5, `${tools.length} tools`);
        const plain = await caller.client.callTool({ name: 'test_simple_text', arguments: {} });
        assert.equal(plain.content[0].text, 'This is a simple text response for testing.');
        const told = [];
        const name = 'test_tool_with_progress';
        const onprogress = ({ progress }) => told.push([progress, performance.now()]);
        const call = { name, arguments: {} };
        await (kind === kinds[0]
          ? caller.client.callTool(call, undefined, { onprogress })
          : caller.client.callTool(call, { onprogress }));
        const end = performance.now();
        assert.ok(told.length >= 2, `${told.length} events of progress`);
        assert.ok(told.every(([progress], at) => at === 0 || progress > told[at - 1][0]), JSON.stringify(told));
        // an event that something keeps to itself would come with the result
        assert.ok(end - told[0][1] > 50, `the first event came ${end - told[0][1]} ms before the result`);
      });
  });
