// tests/clients/by_hand.mjs - an OAuth client whose every request is made by hand, and what must hold of all that it was answered
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { Person } from './person.mjs';
import { post_form, post_stateless, request } from './raw.mjs';

const redirect_uri = 'http://127.0.0.1:7777/done';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** The requests of a client and of its user's browser, to an authorization server that is an MCP server, too. */
export class ByHand {
  constructor(origin) {
    this.origin = origin;
  }
  ask(method, target, headers, body) {
    return request(method, new URL(target, this.origin), headers, body);
  }
  register() {
    const metadata = { client_name: 'By hand', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'] };
    return this.ask('POST', '/register', { 'Content-Type': 'application/json' }, JSON.stringify(metadata));
  }
  authorization_url(client_id) {
    const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri, state: 's',
      code_challenge: challenge, code_challenge_method: 'S256', resource: `${this.origin}/mcp` });
    return `${this.origin}/authorize?${query}`;
  }
  authorization(client_id) {
    return this.ask('GET', this.authorization_url(client_id));
  }
  /** What a person does from the page on; resolves to the code, or to null where the server has refused. */
  async approve(client_id) {
    const { url } = await new Person().visit(this.authorization_url(client_id), redirect_uri);
    return url.searchParams.get('code');
  }
  token(fields) {
    return post_form(new URL('/token', this.origin), fields);
  }
  redeem(client_id, code) {
    return this.token({ grant_type: 'authorization_code', client_id, code, redirect_uri, code_verifier: verifier });
  }
  refresh(client_id, refresh_token) {
    return this.token({ grant_type: 'refresh_token', client_id, refresh_token });
  }
  whoami(access_token) {
    return post_stateless(new URL('/mcp', this.origin), 'tools/call', { name: 'whoami', arguments: {} },
      { Authorization: `Bearer ${access_token}` });
  }
}

/** Hold servers to what they, or those before them, have answered: clients, codes and tokens. */
export async function judge(server, seen) {
  for (const { client_id, code, access_token, refresh_token } of seen) {
    assert.equal((await server.authorization(client_id)).status, 200, 'a registered client is lost');
    if (access_token) {
      assert.equal((await server.whoami(access_token)).status, 200, 'an access token is lost');
      const next = await server.refresh(client_id, refresh_token);
      assert.equal(next.status, 200, `a refresh token is lost: ${next.body}`);
      assert.equal((await server.redeem(client_id, code)).status, 400, 'a code is good twice');
      assert.equal((await server.whoami(JSON.parse(next.body).access_token)).status, 401, 'a replay ends nothing');
    } else if (code) {
      // good, or spent for tokens that nobody got
      await server.redeem(client_id, code);
      assert.equal((await server.redeem(client_id, code)).status, 400, 'a code is good twice');
    }
  }
}
