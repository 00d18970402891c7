// tests/clients/callers.mjs - the official clients in all their ways to connect, behind one face
// SPDX-License-Identifier: BSL-1.0
import { createRequire } from 'node:module';
import path from 'node:path';

import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  StreamableHTTPClientTransport as Transport1,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import {
  Client as Client2,
  ProtocolError,
  SdkHttpError,
  StreamableHTTPClientTransport as Transport2,
} from '@modelcontextprotocol/client';

/** The program that speaks stdio to a client and HTTP to a server. */
export const mcp_remote = path.join(path.dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')), 'dist/proxy.js');

const info = { name: 'mcpawl-client-tests', version: '1.0.0' };
const newest_with_sessions = '2025-11-25';
const stateless = '2026-07-28';

function kind(name, revision, make, Transport) {
  return { name, revision, sessions: revision !== stateless, make, Transport };
}
const second = (mode, more) => (capabilities) => new Client2(info, { versionNegotiation: { mode }, capabilities, ...more });

/** Every kind of client: how it is called here, the revision it must end up with, and how it is made. */
export const kinds = [
  kind('sdk 1.32', newest_with_sessions, (capabilities) => new Client1(info, { capabilities }), Transport1),
  kind('client 2.4 legacy', newest_with_sessions, second('legacy'), Transport2),
  kind('client 2.4 auto', stateless, second('auto'), Transport2),
  kind('client 2.4 modern', stateless, second({ pin: stateless }), Transport2),
];

/** A client that knows one revision only, as those of its time did. */
export function kind_of_revision(revision) {
  return kind(`client 2.4 of ${revision}`, revision, second('legacy', { supportedProtocolVersions: [revision] }), Transport2);
}

/** What a client can be asked: what it declares for it, and the schema by which SDK 1.32 knows the request. */
const questions = {
  'elicitation/create': [{ elicitation: {} }, ElicitRequestSchema],
  'sampling/createMessage': [{ sampling: {} }, CreateMessageRequestSchema],
  'roots/list': [{ roots: {} }, ListRootsRequestSchema],
};

const all_open = new Set();

/** A connected client.

    `exchanges` records each HTTP exchange (method, status, headers of the response), `errors` all that the
    client or its transport complained about on the side. */
export class Caller {
  /** @param handlers  answers to what the server may ask, by the method of the request
      @param authProvider  what the client keeps of a login of its own */
  static connect(kind, url, headers = {}, handlers = {}, authProvider = undefined) {
    const caller = new Caller(kind, handlers);
    const recorded = async (target, init) => {
      const answer = await fetch(target, init);
      caller.exchanges.push({ method: init?.method ?? 'GET', status: answer.status, headers: answer.headers });
      return answer;
    };
    return caller.over(new kind.Transport(url, { requestInit: { headers }, fetch: recorded, authProvider }));
  }
  /** Start a server, or what stands for one, and talk to it over its standard input and output: SDK 1.32. */
  static start(command, args, env = {}, handlers = {}) {
    const caller = new Caller(kinds[0], handlers);
    const transport = new StdioClientTransport({ command, args, env, stderr: 'pipe' });
    caller.output = '';
    transport.stderr.on('data', (bytes) => (caller.output += bytes));
    return caller.over(transport);
  }

  constructor(kind, handlers) {
    this.kind = kind;
    this.exchanges = [];
    this.errors = [];
    const asked = Object.keys(handlers);
    this.client = kind.make(Object.assign({}, ...asked.map((method) => questions[method][0])));
    for (const method of asked)
      this.client.setRequestHandler(this.client instanceof Client1 ? questions[method][1] : method, handlers[method]);
    this.client.onerror = (error) => this.errors.push(error);
  }
  async over(transport) {
    this.transport = transport;
    all_open.add(this);
    await this.client.connect(transport, { timeout: 10_000 });
    return this;
  }
  /** Connect through the emulator as a user. */
  static as(email, kind, access) {
    return Caller.connect(kind, access.url, { 'Cf-Emulator-Email': email });
  }

  get revision() {
    return this.client instanceof Client1
      ? this.transport.protocolVersion
      : this.client.getNegotiatedProtocolVersion();
  }

  async tools() {
    return (await this.client.listTools(undefined, { timeout: 10_000 })).tools;
  }
  /** @param more  options of the client's own, such as `onprogress` and `signal` */
  call(name, args, more = {}) {
    const params = { name, arguments: args };
    const options = { timeout: 10_000, ...more };
    return this.client instanceof Client1
      ? this.client.callTool(params, undefined, options)
      : this.client.callTool(params, options);
  }
  async resources() {
    return (await this.client.listResources()).resources;
  }
  async templates() {
    return (await this.client.listResourceTemplates()).resourceTemplates;
  }
  async prompts() {
    return (await this.client.listPrompts()).prompts;
  }
  async read(uri) {
    return (await this.client.readResource({ uri })).contents;
  }
  async prompt(name, args) {
    return (await this.client.getPrompt({ name, arguments: args })).messages;
  }
  async complete(ref, name, value) {
    return (await this.client.complete({ ref, argument: { name, value } })).completion;
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
