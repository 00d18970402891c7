// tests/clients/callers.mjs - the official clients in all their ways to connect, behind one face
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport as Transport1,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import {
  Client as Client2,
  ProtocolError,
  SdkHttpError,
  StreamableHTTPClientTransport as Transport2,
} from '@modelcontextprotocol/client';

const info = { name: 'mcpawl-client-tests', version: '1.0.0' };
const newest_with_sessions = '2025-11-25';
const stateless = '2026-07-28';

function kind(name, revision, make, Transport) {
  return { name, revision, sessions: revision !== stateless, make, Transport };
}
const second = (mode, more) => () => new Client2(info, { versionNegotiation: { mode }, ...more });

/** Every kind of client: how it is called here, the revision it must end up with, and how it is made. */
export const kinds = [
  kind('sdk 1.32', newest_with_sessions, () => new Client1(info), Transport1),
  kind('client 2.4 legacy', newest_with_sessions, second('legacy'), Transport2),
  kind('client 2.4 auto', stateless, second('auto'), Transport2),
  kind('client 2.4 modern', stateless, second({ pin: stateless }), Transport2),
];

/** A client that knows one revision only, as those of its time did. */
export function kind_of_revision(revision) {
  return kind(`client 2.4 of ${revision}`, revision, second('legacy', { supportedProtocolVersions: [revision] }), Transport2);
}

const all_open = new Set();

/** A connected client.

    `exchanges` records each HTTP exchange (method, status, headers of the answer), `errors` all that the
    client or its transport complained about on the side. */
export class Caller {
  static async connect(kind, url, headers = {}) {
    const caller = new Caller();
    caller.kind = kind;
    caller.exchanges = [];
    caller.errors = [];
    caller.client = kind.make();
    caller.client.onerror = (error) => caller.errors.push(error);
    const recorded = async (target, init) => {
      const answer = await fetch(target, init);
      caller.exchanges.push({ method: init?.method ?? 'GET', status: answer.status, headers: answer.headers });
      return answer;
    };
    caller.transport = new kind.Transport(url, { requestInit: { headers }, fetch: recorded });
    all_open.add(caller);
    await caller.client.connect(caller.transport, { timeout: 10_000 });
    return caller;
  }
  /** Connect through the emulator as a user. */
  static as(email, kind, access) {
    return Caller.connect(kind, access.url, { 'Cf-Emulator-Email': email });
  }

  get revision() {
    return this.kind.Transport === Transport1
      ? this.transport.protocolVersion
      : this.client.getNegotiatedProtocolVersion();
  }

  async tools() {
    return (await this.client.listTools(undefined, { timeout: 10_000 })).tools;
  }
  call(name, args) {
    const params = { name, arguments: args };
    const options = { timeout: 10_000 };
    return this.kind.Transport === Transport1
      ? this.client.callTool(params, undefined, options)
      : this.client.callTool(params, options);
  }
  async email() {
    return (await this.call('whoami', {})).structuredContent.email;
  }

  close() {
    all_open.delete(this);
    return this.client.close();
  }
}

/** Close whatever a test left open. */
export async function close_all() {
  for (const caller of [...all_open]) await caller.close();
}

/** The HTTP status a client was refused with, or undefined if its error is of another kind. */
export function refused_status(error) {
  if (error instanceof StreamableHTTPError) return error.code;
  if (error instanceof SdkHttpError) return error.status;
  return undefined;
}

/** The code of a JSON-RPC error, or undefined if it is no such error. */
export function rpc_code(error) {
  return error instanceof McpError || error instanceof ProtocolError ? error.code : undefined;
}
