// tests/clients/login.mjs - what a client keeps of its login, the person who logs in, and how an official client does it
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';

import { UnauthorizedError as Unauthorized1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError as Unauthorized2 } from '@modelcontextprotocol/client';

import { Caller } from './callers.mjs';
import { Person } from './person.mjs';

/** The OAuthClientProvider of either SDK. `back` is where the browser came back to, `visits` how often it was sent. */
export class Login {
  constructor(person = new Person()) {
    this.person = person;
  }
  visits = 0;
  redirectUrl = 'http://127.0.0.1:1/back';
  clientMetadata = {
    client_name: 'tests',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens) => void (this.kept = tokens);
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  saveDiscoveryState = (state) => void (this.discovery = state);
  discoveryState = () => this.discovery;
  invalidateCredentials = (scope) => {
    if (scope === 'tokens' || scope === 'all') this.kept = undefined;
    if (scope === 'client' || scope === 'all') this.client = undefined;
  };
  async redirectToAuthorization(url) {
    this.visits += 1;
    this.back = (await this.person.visit(url, this.redirectUrl)).url;
  }
}

export const is_unauthorized = (error) => error instanceof Unauthorized1 || error instanceof Unauthorized2;

/** Have a transport take the code that its user's browser came back with. */
export const finish = (transport, login) =>
  transport.finishAuth(transport instanceof Transport1 ? login.back.searchParams.get('code') : login.back.searchParams);

/** Connect as a client does that has no token yet. */
export async function log_in(kind, url, login) {
  const first = new kind.Transport(url, { authProvider: login });
  await assert.rejects(kind.make().connect(first), is_unauthorized);
  await finish(first, login);
  return Caller.connect(kind, url, {}, {}, login);
}
