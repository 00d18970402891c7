// tests/clients/raw.mjs - one HTTP request exactly as written, for what no well-behaved client would send
// SPDX-License-Identifier: BSL-1.0
import http from 'node:http';

const seconds = 10;

/** Send a request on a connection of its own. Resolves to status, headers (names in lower case) and body. */
export function request(method, url, headers = {}, body) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const sent = http.request(url, { method, headers: { ...headers, ...length }, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (bytes) => parts.push(bytes));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString() }),
      );
    });
    sent.setTimeout(seconds * 1000, () => sent.destroy(new Error(`${method} ${url}: no answer for ${seconds} s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** POST a form. */
export function post_form(url, fields) {
  return request('POST', url, { 'Content-Type': 'application/x-www-form-urlencoded' }, new URLSearchParams(fields).toString());
}

export const json_headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** POST a message of the revisions with sessions. */
export function post(url, message, headers = {}) {
  return request('POST', url, { ...json_headers, ...headers }, JSON.stringify({ jsonrpc: '2.0', ...message }));
}

/** POST a request of the stateless revision, with all it must carry. */
export function post_stateless(url, method, params = {}, headers = {}) {
  const version = '2026-07-28';
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const mirrored = { 'MCP-Protocol-Version': version, 'Mcp-Method': method };
  if (params.name !== undefined) mirrored['Mcp-Name'] = params.name;
  return post(url, { id: 1, method, params: { ...params, _meta } }, { ...mirrored, ...headers });
}

/** Open a session by hand and return its id. */
export async function open_session(url, headers = {}, version = '2025-11-25') {
  const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const answer = await post(url, { id: 1, method: 'initialize', params }, headers);
  if (answer.status !== 200) throw new Error(`initialize: ${answer.status} ${answer.body}`);
  return { id: answer.headers['mcp-session-id'], result: JSON.parse(answer.body).result };
}
