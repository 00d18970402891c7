// tests/clients/keys.test.mjs - clients go on working while keys are rotated and while nobody publishes any
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { Caller, close_all, kinds, refused_status } from './callers.mjs';
import { Access } from './programs.mjs';
import { post_stateless } from './raw.mjs';

const timeout = 60_000;
const token_field = 'Cf-Access-Jwt-Assertion';
const connect_all = (access) => Promise.all(kinds.map((kind) => Caller.as('alice@example.com', kind, access)));

async function all_are_alice(callers) {
  for (const email of await Promise.all(callers.map((caller) => caller.email()))) assert.equal(email, 'alice@example.com');
}

describe('clients of every kind', () => {
  let access;
  afterEach(async () => {
    await close_all();
    await access?.stop();
    access = undefined;
  });

  test('go on working after the keys were rotated', { timeout }, async () => {
    access = await Access.start();
    const callers = await connect_all(access);
    await all_are_alice(callers);
    const old_token = await access.token({ email: 'alice@example.com' });
    const before = await access.state();

    await access.rotate();
    await all_are_alice(callers); // all at once: the server has to fetch the new key for the first of them
    const after = await access.state();
    assert.notEqual(after.signing_kid, before.signing_kid);
    assert.equal(after.certs_fetches, before.certs_fetches + 1, 'one fetch for all of them');

    await all_are_alice(await connect_all(access));
    const still_good = await post_stateless(access.direct, 'tools/list', {}, { [token_field]: old_token });
    assert.equal(still_good.status, 200, 'the key before is still published');
  });

  test('are not disturbed by somebody who invents keys', { timeout }, async () => {
    access = await Access.start();
    const callers = await connect_all(access);
    const forged = await access.token({ email: 'alice@example.com', forgery: 'unknown_kid' });
    const { certs_fetches } = await access.state();
    for (let round = 0; round !== 10; ++round) {
      const ask = () => post_stateless(access.direct, 'tools/list', {}, { [token_field]: forged });
      for (const answer of await Promise.all([ask(), ask(), ask(), ask(), ask()])) assert.equal(answer.status, 403);
    }
    await all_are_alice(callers);
    const fetched = (await access.state()).certs_fetches - certs_fetches;
    assert.ok(fetched <= 1, `${fetched} fetches for 50 forged tokens`);
  });

  test('go on working while the certs endpoint is down', { timeout }, async () => {
    access = await Access.start();
    const callers = await connect_all(access);
    for (const state of ['down', 'hang', 'error', 'empty']) {
      await access.certs(state);
      await all_are_alice(callers);
    }
    await all_are_alice(await connect_all(access));
  });

  test('are asked to come back while no key was ever fetched, and let in as soon as there is one', { timeout }, async () => {
    access = await Access.start({}, 'down');
    for (const kind of kinds)
      await assert.rejects(Caller.as('alice@example.com', kind, access), (error) => refused_status(error) === 503, kind.name);
    const token = await access.token({ email: 'alice@example.com' });
    const refused = await post_stateless(access.direct, 'tools/list', {}, { [token_field]: token });
    assert.equal(refused.status, 503);
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
    assert.deepEqual(JSON.parse(refused.body), { error: 'keys_unavailable' });
    const nobody = await post_stateless(access.direct, 'tools/list');
    assert.equal(nobody.status, 401, 'who has no token needs no key to be refused');

    await access.certs('up');
    const patience = Date.now() + 30_000;
    for (;;) {
      const answer = await post_stateless(access.direct, 'tools/list', {}, { [token_field]: token });
      if (answer.status === 200) break;
      assert.equal(answer.status, 503);
      assert.ok(Date.now() < patience, 'let in within 30 s after the endpoint came back');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await all_are_alice(await connect_all(access));
  });
});
