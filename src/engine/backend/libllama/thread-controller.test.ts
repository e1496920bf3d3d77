import { beforeEach, describe, expect, test } from "vitest";
import { ThreadController } from "./thread-controller.ts";

/** A machine of `cpus` processors where `busy` neighbours run beside the controller's threads. */
class Machine {
  nowMs = 0;
  idle = 0;
  busy = 0;
  readonly ran: number[];
  readonly waited: number[];
  readonly cpus: number;

  constructor(cpus: number) {
    this.cpus = cpus;
    this.ran = Array.from({ length: cpus }, () => 0);
    this.waited = Array.from({ length: cpus }, () => 0);
  }

  /** Lets `threads` threads want to run for a while; each neighbour takes half a processor from one of them. */
  run(ms: number, threads: number): void {
    this.nowMs += ms;
    this.idle += ms * Math.max(0, this.cpus - threads - this.busy);
    const crowded = Math.max(0, threads + this.busy - this.cpus);
    for (let thread = 0; thread < threads; thread++) {
      const share = thread < crowded ? 0.5 : 1;
      this.ran[thread]! += ms * share;
      this.waited[thread]! += ms * (1 - share);
    }
  }
}

describe("compute threads", () => {
  let machine: Machine;
  let controller: ThreadController;
  let applied: number[];

  function start(cpus: number): void {
    machine = new Machine(cpus);
    applied = [];
    controller = new ThreadController({
      most: cpus,
      sensors: {
        delays: () => machine.ran.map((ranMs, index) => ({ ranMs, waitedMs: machine.waited[index]! })),
        idleMs: () => machine.idle,
      },
      clock: { nowMs: () => machine.nowMs, monotonicMs: () => machine.nowMs },
      apply: (threads) => applied.push(threads),
    });
  }
  function work(ms: number): void {
    for (let at = 0; at < ms; at += 10) {
      controller.adapt();
      machine.run(10, controller.threads);
    }
  }
  beforeEach(() => start(2));

  test("use all processors of an idle machine from the first request on, however busy it was while the model loaded", () => {
    machine.busy = 2;
    machine.run(1000, 2);
    machine.busy = 0;
    work(1000);
    expect(applied).toEqual([2]);
  });

  test("fall to one beside busy neighbours, without ever trying more again", () => {
    machine.busy = 2;
    machine.run(1000, 0);
    work(10_000);
    expect(applied).toEqual([2, 1]);
  });

  test("fall to one within 200 ms when a neighbour appears, and rise again when it has gone", () => {
    work(1000);
    expect(controller.threads).toBe(2);
    machine.busy = 1;
    work(200);
    expect(controller.threads).toBe(1);
    work(5000);
    machine.busy = 0;
    work(1000);
    expect(controller.threads).toBe(2);
  });

  test("a neighbour that comes and goes is tried ever more rarely", () => {
    for (let round = 0; round < 100; round++) {
      machine.busy = round % 2;
      work(200);
    }
    expect(applied.length).toBeLessThan(30);
  });

  test("a burst of requests, which takes processors for less than two windows, is no neighbour", () => {
    work(1000);
    for (let round = 0; round < 20; round++) {
      machine.busy = 2;
      work(70);
      machine.busy = 0;
      work(200);
    }
    expect(applied).toEqual([2]);
  });

  test("many processors lose only as many threads as neighbours take", () => {
    start(8);
    work(1000);
    expect(controller.threads).toBe(8);
    machine.busy = 2;
    work(200);
    expect(controller.threads).toBe(6);
  });

  test("a little work beside does not change anything", () => {
    work(1000);
    for (let round = 0; round < 20; round++) {
      machine.busy = 1;
      work(10);
      machine.busy = 0;
      work(90);
    }
    expect(controller.threads).toBe(2);
  });
});
