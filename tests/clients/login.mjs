// tests/clients/login.mjs - what a client keeps of its login, and the person who logs in
// SPDX-License-Identifier: BSL-1.0
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
