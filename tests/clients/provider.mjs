// tests/clients/provider.mjs - a certified OpenID provider that looks like Cloudflare Access to a SaaS application
// SPDX-License-Identifier: BSL-1.0
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';

import { Provider as OidcProvider } from 'oidc-provider';

const client_id = randomBytes(32).toString('hex');
const base = `/cdn-cgi/access/sso/oidc/${client_id}`;

/** npm's oidc-provider with Access's paths, scopes and claims; nobody has to click.

    Who signs in is `user`, an email. `blocked` has those whom no policy lets in, or no longer: their refresh tokens are
    worth nothing then. `granted` and `refused` list the grant types it was asked for, `errors` what went wrong in it. */
export class Provider {
  /** @param callback  the redirect URI of the application
      @param replaces  whether a refresh token is good once, and the next one comes with what it is good for */
  static async start(callback, replaces = true) {
    const provider = new Provider();
    provider.replaces = replaces;
    provider.server = http.createServer((asked, answer) => provider.answer(asked, answer));
    await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', resolve));
    provider.server.unref();
    provider.origin = `http://127.0.0.1:${provider.server.address().port}`;
    provider.client_secret = randomBytes(32).toString('base64url');
    provider.oidc = new OidcProvider(`${provider.origin}${base}`, provider.configuration(callback));
    provider.oidc.on('grant.success', (ctx) => provider.granted.push(ctx.oidc.params.grant_type));
    provider.oidc.on('grant.error', (ctx) => provider.refused.push(ctx.oidc.params.grant_type));
    provider.oidc.on('server_error', (ctx, error) => provider.errors.push(error));
    provider.handle = provider.oidc.callback();
    return provider;
  }

  user = 'alice@example.com';
  blocked = new Set();
  granted = [];
  refused = [];
  errors = [];

  /** What an application is told of it, by Cloudflare's names. */
  get settings() {
    return {
      ACCESS_CLIENT_ID: client_id,
      ACCESS_CLIENT_SECRET: this.client_secret,
      ACCESS_CONFIG_URL: `${this.oidc.issuer}/.well-known/openid-configuration`,
    };
  }

  configuration(callback) {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
    const application = {
      client_id,
      client_secret: this.client_secret,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    };
    return {
      clients: [application],
      jwks: { keys: [{ ...key, alg: 'RS256', use: 'sig', kid: randomBytes(32).toString('hex') }] },
      cookies: { keys: [randomBytes(32).toString('hex')] },
      routes: { authorization: '/authorization', token: '/token', jwks: '/jwks', userinfo: '/userinfo' },
      claims: { openid: ['sub'], email: ['email'], profile: ['name'], groups: ['groups'] },
      conformIdTokenClaims: false, // Access says all that it knows in the id_token
      responseTypes: ['code'],
      ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 60, RefreshToken: 3600, Session: 3600, Grant: 3600 },
      rotateRefreshToken: this.replaces,
      expiresWithSession: () => false,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `${base}/interaction/${uid}` },
      findAccount: (_, email, token) => this.find_account(email, token),
    };
  }
  find_account(email, token) {
    if (token?.kind === 'RefreshToken' && this.blocked.has(email)) return undefined;
    const claims = { sub: email, email, name: email.replace(/@.*/, ''), groups: ['engineering'] };
    return { accountId: email, claims: () => claims };
  }

  async answer(asked, answer) {
    const url = new URL(asked.url, this.origin);
    if (!url.pathname.startsWith(`${base}/`)) return answer.writeHead(404).end();
    if (url.pathname.startsWith(`${base}/interaction/`)) return this.sign_in(asked, answer);
    // Access gives a refresh token to who asks for offline_access; this provider wants `prompt=consent` besides
    if (url.searchParams.get('scope')?.includes('offline_access')) url.searchParams.set('prompt', 'consent');
    asked.originalUrl = `${url.pathname}${url.search}`;
    asked.url = asked.originalUrl.slice(base.length);
    return this.handle(asked, answer);
  }

  /** What a person would do on Access's pages. */
  async sign_in(asked, answer) {
    const { prompt, params, session, grantId } = await this.oidc.interactionDetails(asked, answer);
    const finish = (result) => this.oidc.interactionFinished(asked, answer, result, { mergeWithLastSubmission: true });
    if (this.blocked.has(this.user)) return finish({ error: 'access_denied', error_description: 'no policy lets this user in' });
    if (prompt.name === 'login') return finish({ login: { accountId: this.user } });
    const known = grantId && (await this.oidc.Grant.find(grantId));
    const grant = known || new this.oidc.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return finish({ consent: { grantId: await grant.save() } });
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
