// tests/clients/inspector.test.mjs - the Inspector's CLI in each of its eras
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Inspector } from './inspector.mjs';
import { Program } from './programs.mjs';

const timeout = 60_000;
let server;
before(async () => (server = await Program.start('everything', ['--listen', '127.0.0.1:0'])), { timeout });
after(() => server?.stop(), { timeout });

// There are no rows for completion, progress, questions and cancellation: the CLI makes one request, prints the response
// and is gone, and declares nothing that it could be asked.
const requests = [
  {
    // --strict makes it fail where a schema would not do for some model's API
    request: ['tools/list', '--strict'],
    check: ({ tools }) => {
      assert.equal(tools[0].name, 'test_simple_text');
      assert.ok(tools.some((tool) => tool.name === 'json_schema_2020_12_tool'));
    },
  },
  {
    request: ['tools/call', '--tool-name', 'test_structured_content', '--tool-arg', 'city=Łódź'],
    check: (result) => assert.deepEqual(result.structuredContent, { city: 'Łódź', celsius: 21.5, wind: [3, 5, 4] }),
  },
  {
    request: ['tools/call', '--tool-name', 'test_error_handling'],
    check: (result) => assert.equal(result.isError, true),
  },
  {
    request: ['resources/read', '--uri', 'test://template/7/data'],
    check: ({ contents }) => assert.equal(JSON.parse(contents[0].text).data, 'Data for ID: 7'),
  },
  {
    request: ['prompts/get', '--prompt-name', 'test_prompt_with_arguments', '--prompt-args', 'arg1=hello', 'arg2=world'],
    check: ({ messages }) =>
      assert.equal(messages[0].content.text, "Prompt with arguments: arg1='hello', arg2='world'"),
  },
];

for (const era of ['legacy', 'auto', 'modern']) {
  describe(era, () => {
    let inspector;
    before(() => (inspector = new Inspector(server.url, era)));
    after(() => inspector.close());
    for (const { request, check } of requests)
      test(request.join(' '), { timeout }, async () => {
        const result = await inspector.request(...request);
        check(result);
        // an error of a tool is said twice; nothing else has a reason to be said, warnings of --strict least of all
        if (!result.isError) assert.equal(inspector.said, '');
      });
  });
}
