// tests/clients/fleet.mjs - official clients behind a balancer, while instances and the engine of their store are killed; fleet.sh starts it
// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { ByHand, judge } from './by_hand.mjs';
import { BrowserHome } from './browser_home.mjs';
import { Caller, close_all, kinds, mcp_remote, refused_status } from './callers.mjs';
import { engines } from './engines.mjs';
import { Inspector } from './inspector.mjs';
import { Login, log_in } from './login.mjs';
import { Program, free_port } from './programs.mjs';
import { Provider } from './provider.mjs';

const seconds = Number(process.env.MCPAWL_FLEET_SECONDS ?? 10);
const engine_name = process.env.FLEET_ENGINE;
const [balancer, ...places] = process.env.FLEET_AT.split(' ');
const url = new URL(`http://${balancer}/mcp`);
const timeout = (seconds + 120) * 1000;
/** Seconds that an access token lives. With few of them official clients refresh all the time; but the answer to a refresh whose response
    was lost is given again no longer than that. */
let lifetime = 3;
/** Milliseconds in which a client or nginx may still meet what was killed. */
const slack = 250;

let provider, engine, settings;
const fleet = [];

const start = async (i) => {
  const options = ['--listen', places[i], '--token-lifetime', String(lifetime), '--drain-delay', '1500'];
  fleet[i] = await Program.start('access_saas', options, settings);
  fleet[i].hold(true);
};

before(async () => {
  engine = await engines[engine_name].make();
  await engine.start();
  // A refresh token of the provider that was replaced in the moment of a kill would be lost, by nobody's fault.
  provider = await Provider.start(`${url.origin}/callback`, false);
  settings = {
    ...provider.settings,
    PUBLIC_URL: url.origin,
    COOKIE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    SESSION_KEYS: randomBytes(32).toString('hex'),
    OAUTH_KV: engine.url,
    SHARED_STORE: engine.url,
  };
  for (const i of places.keys()) await start(i);
}, { timeout });
after(async () => {
  await close_all();
  const ends = await Promise.allSettled(fleet.map((program) => program.stop()));
  await provider.stop();
  await engine.stop();
  for (const { reason } of ends) if (reason) throw reason;
  assert.deepEqual(provider.errors, []);
  for (const program of fleet) assert.ok(!program.output.includes('eyJ'), 'a token is in the log');
}, { timeout });

/** What everybody does until it is over, and what happened to them. */
class Life {
  going = true;
  calls = 0;
  failures = [];
  logins = []; // of the official clients: each has `visits`
  programs = []; // what has a folder
  seen = []; // what clients by hand were answered
  refreshes = 0;

  /** An official client logs in once. */
  async official(kind) {
    const login = new Login();
    this.logins.push(login);
    return this.calling(kind.name, await log_in(kind, url, login));
  }
  /** The same through a program that speaks stdio to its client, and opens a browser by itself. */
  async remote() {
    const home = new BrowserHome();
    this.logins.push(home);
    const args = [mcp_remote, url.href, String(await free_port()), '--host', '127.0.0.1'];
    const client = await Caller.start(process.execPath, args, home.env);
    // it refreshes a minute before the end of a token, so with each call, and takes more than 20 of them in 30 s for a fault
    return this.calling('mcp-remote', client, 2000);
  }
  /** The Inspector's CLI, a process for each request, with a session of its own each time. */
  async inspector() {
    const home = new BrowserHome();
    const program = new Inspector(url, 'legacy', { MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: home.browser });
    this.logins.push(home);
    this.programs.push(program);
    const back = ['--callback-url', `http://127.0.0.1:${await free_port()}/oauth/callback`];
    const email = async () => (await program.request('tools/call', '--tool-name', 'whoami', ...back)).structuredContent.email;
    assert.equal(await email(), 'alice@example.com');
    return this.calling('Inspector', { email }, 500);
  }
  /** It calls again and again.

      @param pause  milliseconds between two calls */
  calling(name, client, pause = 20) {
    return async () => {
      while (this.going) {
        const began = performance.now();
        try {
          assert.equal(await client.email(), 'alice@example.com');
          ++this.calls;
        } catch (error) {
          this.failures.push({ name, began, ended: performance.now(), error });
        }
        await delay(pause);
      }
      // whatever happened, it goes on as who it is
      assert.equal(await client.email(), 'alice@example.com', name);
    };
  }

  /** A client by hand registers, logs in and refreshes; what is not answered it asks again where that is safe. */
  async by_hand() {
    const server = new ByHand(url.origin);
    const patient = async (ask, status) => {
      const end = performance.now() + 20_000;
      for (;;) {
        const answer = await ask().catch(() => undefined);
        if (answer && ![502, 503, 504].includes(answer.status)) {
          assert.equal(answer.status, status, answer.body);
          return answer;
        }
        assert.ok(performance.now() < end, `no answer for 20 s, or ${answer?.status} ${answer?.body}`);
        await delay(50);
      }
    };
    const registered = await patient(() => server.register(), 201);
    const { client_id } = JSON.parse(registered.body);
    while (this.going) {
      const mine = { client_id };
      this.seen.push(mine);
      // who has lost the way in between begins anew
      mine.code = await server.approve(client_id).catch(() => null);
      if (!mine.code) continue;
      const first = await server.redeem(client_id, mine.code).catch(() => undefined);
      if (first?.status !== 200) continue;
      Object.assign(mine, JSON.parse(first.body));
      for (let i = 0; i !== 10 && this.going; ++i) {
        const next = await patient(() => server.refresh(client_id, mine.refresh_token), 200);
        Object.assign(mine, JSON.parse(next.body));
        ++this.refreshes;
        await delay(50);
      }
    }
  }

  /** Have all of them live while something happens, and hold the servers to what they were answered. */
  async through(happens) {
    const official = await Promise.all([...[...kinds, ...kinds].map((kind) => this.official(kind)), this.remote(), this.inspector()]);
    const all = Promise.allSettled([...official.map((go) => go()), ...[1, 2, 3].map(() => this.by_hand())]);
    try {
      await happens();
    } finally {
      this.going = false;
    }
    for (const { reason } of await all) if (reason) throw reason;
    for (const { visits } of this.logins) assert.equal(visits, 1, 'somebody had to log in again');
    const server = new ByHand(url.origin);
    for (const mine of this.seen) {
      if (mine.refresh_token) {
        const next = await server.refresh(mine.client_id, mine.refresh_token);
        assert.equal(next.status, 200, `a refresh token is lost: ${next.body}`);
        Object.assign(mine, JSON.parse(next.body));
      }
      await judge(server, [mine]);
    }
    await close_all();
    this.logins.forEach((login) => login.remove?.());
    this.programs.forEach((program) => program.close());
    const grants = this.seen.filter(({ access_token }) => access_token).length;
    // of a test in which nothing happened nothing follows
    assert.ok(this.calls > 20 * seconds && grants > 3 && this.refreshes > 3 * seconds, `${this.calls} ${grants} ${this.refreshes}`);
    console.log(`${engine_name}: ${this.calls} calls, ${this.failures.length} failed; ${grants} grants, ${this.refreshes} refreshes by hand`);
  }
}

/** What happens to an engine differs: one dies and comes back, of two the other takes over. All of them are tested with it. */
function test_on(engines, name, run) {
  if (engines.includes(engine_name)) test(name, { timeout }, run);
}
const alone = ['redis', 'postgres'], replicated = ['sentinel'];

/** Clients live, with tokens that last, while the engine is taken away now and then; calls may fail only at that.

    @param happens  is given a function that takes it away by a function, and goes on when clients have settled
    @returns from when to when it was away, in milliseconds */
async function without_engine(happens) {
  lifetime = 60;
  for (const i of places.keys()) {
    await fleet[i].stop();
    await start(i);
  }
  const away = [];
  const life = new Life();
  await life.through(async () => {
    await delay(1000);
    await happens(async (how) => {
      const from = performance.now();
      await how();
      away.push({ from, to: performance.now() });
      await delay(4000);
    });
  });
  // it is found again within a second, and what was under way has its own time
  for (const { name, began, error } of life.failures) {
    assert.ok(away.some(({ from, to }) => began > from - 3000 && began < to + 1500), `${name} failed although the engine was there: ${error.stack}`);
    assert.ok([502, 503, 504].includes(refused_status(error)) || !/invalid_grant/.test(String(error)), String(error));
  }
  return away;
}

test('fifty refreshes of one token at once have one successor, and Access is asked once', { timeout }, async () => {
  const server = new ByHand(url.origin);
  const { client_id } = JSON.parse((await server.register()).body);
  const { refresh_token } = JSON.parse((await server.redeem(client_id, await server.approve(client_id))).body);
  provider.granted = [];
  const answers = await Promise.all(Array.from({ length: 50 }, () => server.refresh(client_id, refresh_token)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const next = answers.map(({ body }) => JSON.parse(body));
  for (const name of ['access_token', 'refresh_token']) assert.equal(new Set(next.map((each) => each[name])).size, 1, name);
  assert.deepEqual(provider.granted, ['refresh_token']);
});

test_on(alone, 'each instance is killed and started again once a second', async () => {
  const kills = [];
  const life = new Life();
  await life.through(async () => {
    const end = performance.now() + seconds * 1000;
    for (let i = 0; performance.now() < end; i = (i + 1) % places.length) {
      const next = performance.now() + 1000 / places.length;
      kills.push(performance.now());
      await fleet[i].kill();
      await start(i);
      await delay(Math.max(0, next - performance.now()));
    }
  });
  assert.ok(kills.length > seconds, `${kills.length} kills`);
  for (const { name, began, ended, error } of life.failures)
    assert.ok(kills.some((at) => at > began - slack && at < ended), `${name} failed although nothing was killed: ${error.stack}`);
  console.log(`${engine_name}: ${kills.length} kills`);
});

test_on(alone, 'each instance is restarted, as for a new version, and no call fails', async () => {
  const life = new Life();
  await life.through(async () => {
    const end = performance.now() + seconds * 1000;
    for (let i = 0; performance.now() < end; i = (i + 1) % places.length) {
      await fleet[i].stop();
      await start(i);
    }
  });
  assert.deepEqual(life.failures.map(({ name, error }) => `${name}: ${error.stack}`), []);
});

test_on(alone, 'the engine is killed and started again, and stopped for five seconds', () =>
  without_engine(async (take_away) => {
    await take_away(async () => {
      await engine.kill();
      await delay(500);
      await engine.start();
    });
    await take_away(() => engine.pause(5000));
    // and both at once
    await take_away(async () => {
      await Promise.all([fleet[0].kill(), engine.kill()]);
      await engine.start();
      await start(0);
    });
  }));

test_on(replicated, 'the primary is killed, its replica takes over, and so once more', async () => {
  const away = await without_engine(async (take_away) => {
    for (let i = 0; i !== 2; ++i) await take_away(() => engine.fail_over());
  });
  console.log(`${engine_name}: failovers of ${away.map(({ from, to }) => Math.round(to - from)).join(' and ')} ms`);
});
