/** The benchmark's side of the protocol: a peer's process. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Answer, Answers, Greeting, Request } from "./protocol.js";

/** How a peer is started. */
export interface PeerProgram {
  /** Its name in the tables. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it must produce exactly the first peer's bits, or else be left out. */
  readonly sameBits?: true;
}

/** A peer cannot run on this machine; the message says why. */
export class AbsentPeer extends Error {}
/** A peer failed, exited or took too long. */
export class PeerFailure extends Error {}

/** How many characters of a process's standard error to keep for messages. */
const KEPT = 2000;

export class Peer {
  private errors = "";
  private readonly lines: AsyncIterator<string>;
  /** Rejects when the process cannot be started. */
  private readonly broken: Promise<never>;

  private constructor(
    private readonly program: PeerProgram,
    private readonly child: ChildProcess,
  ) {
    this.lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    child.stderr!.on("data", (text: Buffer) => (this.errors = `${this.errors}${text.toString()}`.slice(-KEPT)));
    child.stdin!.on("error", () => undefined); // a missing answer reveals that it has ended
    this.broken = once(child, "error").then(([error]) => {
      throw error as Error;
    });
    this.broken.catch(() => undefined); // whoever waits for a line reports it
  }

  get name(): string {
    return this.program.name;
  }

  /**
   * Starts a peer and waits for its first line.
   * @throws AbsentPeer if its program does not exist or says that it cannot run here
   */
  static async start(program: PeerProgram, timeout: number): Promise<Peer> {
    const { name, command, args, env } = program;
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const peer = new Peer(program, child);
    try {
      const greeting = (await peer.nextLine(timeout)) as Greeting;
      if ("skip" in greeting) throw new AbsentPeer(`${name}: ${greeting.skip}`);
      return peer;
    } catch (error) {
      await peer.close();
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new AbsentPeer(`${name}: ${command} was not found`);
      throw error;
    }
  }

  /**
   * Sends a request and waits for its answer.
   * @param timeout in seconds
   * @throws PeerFailure if the peer fails, exits, or does not answer in time
   */
  async ask<K extends Request["do"]>(request: Extract<Request, { do: K }>, timeout: number): Promise<Answers[K]> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const answer = (await this.nextLine(timeout)) as Answer;
    if ("failed" in answer) throw new PeerFailure(`${this.name}, asked to ${request.do}: ${answer.failed}`);
    return answer.done as Answers[K];
  }

  private async nextLine(timeout: number): Promise<Answer | Greeting> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const refuse = (): void => reject(new PeerFailure(`${this.name} did not answer within ${timeout} s`));
      timer = setTimeout(refuse, 1000 * timeout);
    });
    try {
      const line = await Promise.race([this.lines.next(), late, this.broken]);
      if (line.done) throw new PeerFailure(`${this.name} exited.${this.errors ? `\n${this.errors}` : ""}`);
      return JSON.parse(line.value) as Answer | Greeting;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
