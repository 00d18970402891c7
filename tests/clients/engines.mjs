// tests/clients/engines.mjs - Redis, alone and with a replica, and PostgreSQL on loopback, with files of their own, to be killed, stopped and started again
// SPDX-License-Identifier: BSL-1.0
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { free_port } from './programs.mjs';

const seconds = 20;

/** The processes whose parent is one of these. */
function children(parents) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      // the name of the program, in parentheses, may have spaces in it
      return parents.includes(Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')[1]));
    } catch {
      return false; // it has ended
    }
  }).map(Number);
}

/** A server that keeps what it has acknowledged, whatever happens to its process. */
class Engine {
  constructor(port) {
    this.port = port;
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'engine-'));
  }

  async start() {
    const end = performance.now() + seconds * 1000;
    // what a crash has left, such as shared memory that the last of its processes still holds, may forbid it for a moment
    while (performance.now() < end) {
      const [command, ...args] = this.command();
      let output = '';
      const child = spawn(command, args, { ...this.user, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
      const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
      this.child = child;
      this.ended = ended;
      this.output = () => output;
      let over = false;
      ended.then(() => (over = true));
      while (!over && performance.now() < end) {
        if (await this.answers()) return;
        await delay(50);
      }
      await delay(200);
    }
    throw new Error(`${this.command()[0]} did not start:\n${this.output()}`);
  }
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
  /** Have all its processes do nothing for a time. */
  async pause(milliseconds) {
    const all = [this.child.pid, ...children([this.child.pid])];
    const tell = (signal) => all.forEach((pid) => {
      try {
        process.kill(pid, signal);
      } catch {
        // it has ended
      }
    });
    tell('SIGSTOP');
    await delay(milliseconds);
    tell('SIGCONT');
  }
  async stop() {
    this.child.kill(this.polite);
    await this.ended;
    rmSync(this.folder, { recursive: true });
  }
}

export class Redis extends Engine {
  polite = 'SIGTERM';
  more = []; // words of its command line
  command() {
    return ['redis-server', '--port', this.port, '--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'yes',
      '--appendfsync', 'always', ...this.more].map(String);
  }
  /** Whether it serves: it listens already while it reads its file. */
  answers() {
    return this.says('PING', '+PONG\r\n');
  }
  /** Whether what it answers to a command has some words in it. */
  says(command, words) {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, '127.0.0.1', () => socket.write(`${command}\r\n`));
      socket.once('data', (bytes) => resolve(bytes.toString().includes(words))).once('error', () => resolve(false));
      socket.once('data', () => socket.destroy()).once('close', () => resolve(false));
    });
  }
  get url() {
    return `redis://127.0.0.1:${this.port}/0`;
  }
  static async make() {
    return new Redis(await free_port());
  }
}

class Sentinel extends Redis {
  command() {
    return ['redis-server', `${this.folder}/settings`, '--sentinel', '--port', this.port, '--bind', '127.0.0.1', '--dir', this.folder].map(String);
  }
  /** To be called before it starts. */
  watch(primary) {
    writeFileSync(`${this.folder}/settings`, `sentinel monitor main 127.0.0.1 ${primary.port} 1
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 2000
`);
  }
}

async function until(happened) {
  for (const end = performance.now() + seconds * 1000; !(await happened()); await delay(50))
    if (performance.now() > end) throw new Error(`still not: ${happened}`);
}

const quick = ['--repl-diskless-sync-delay', '0'];

/** A primary, its replica, which has all that is acknowledged, and a sentinel. */
export class WatchedRedis {
  async start() {
    await this.primary.start();
    await this.follow();
    this.sentinel.watch(this.primary);
    await this.sentinel.start();
    await until(() => this.sentinel.says('SENTINEL REPLICAS main', String(this.replica.port)));
  }
  /** The primary dies, its replica takes over, and the dead one comes back as a replica. */
  async fail_over() {
    await this.primary.kill();
    await until(() => this.sentinel.says('SENTINEL GET-MASTER-ADDR-BY-NAME main', String(this.replica.port)));
    [this.primary, this.replica] = [this.replica, this.primary];
    await this.follow();
  }
  async follow() {
    this.replica.more = [...quick, '--replicaof', `127.0.0.1 ${this.primary.port}`];
    await this.replica.start();
    await until(() => this.replica.says('INFO replication', 'master_link_status:up'));
  }
  async stop() {
    await this.sentinel.stop();
    await this.replica.stop();
    await this.primary.stop();
  }
  get url() {
    return `redis+sentinel://127.0.0.1:${this.sentinel.port}/main?replicas=1`;
  }
  static async make() {
    const made = new WatchedRedis();
    made.primary = await Redis.make();
    made.replica = await Redis.make();
    made.sentinel = new Sentinel(await free_port());
    made.primary.more = quick;
    return made;
  }
}

export class Postgres extends Engine {
  polite = 'SIGINT'; // without waiting for who is connected
  command() {
    return [`${this.bin}/postgres`, '-D', `${this.folder}/data`, '-p', String(this.port), '-h', '127.0.0.1', '-k', this.folder];
  }
  answers() {
    return spawnSync(`${this.bin}/pg_isready`, ['-h', '127.0.0.1', '-p', String(this.port)]).status === 0;
  }
  get url() {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`;
  }
  static async make() {
    const engine = new Postgres(await free_port());
    const versions = readdirSync('/usr/lib/postgresql').map(Number).sort((a, b) => a - b);
    engine.bin = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
    if (process.getuid() === 0) {
      // it does not run as root
      const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((one) => one.startsWith('postgres:')).split(':');
      engine.user = { uid: Number(line[2]), gid: Number(line[3]) };
      chownSync(engine.folder, engine.user.uid, engine.user.gid);
    }
    const made = spawnSync(`${engine.bin}/initdb`, ['-D', `${engine.folder}/data`, '-U', 'postgres', '-A', 'trust'], { ...engine.user, cwd: '/' });
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${made.error ?? ''}`);
    return engine;
  }
}

export const engines = { redis: Redis, sentinel: WatchedRedis, postgres: Postgres };
