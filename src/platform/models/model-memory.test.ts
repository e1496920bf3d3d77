import { expect, test } from "vitest";
import { silentLogger } from "#base";
import type { EngineModel, ModelStatus } from "#engine";
import { Deployment } from "../deployment.ts";
import type { LoadedModel } from "../deployment.ts";
import { ModelMemory } from "./model-memory.ts";

class HandClock {
  ms = 1_000_000;
  nowMs = (): number => this.ms;
  monotonicMs = (): number => this.ms;
}

function house(options: { budgetBytes: number; idleMs?: number }) {
  const clock = new HandClock();
  const memory = new ModelMemory({
    budgetBytes: options.budgetBytes,
    idleMs: options.idleMs ?? 0,
    clock,
    logger: silentLogger,
  });
  const unloaded: string[] = [];
  const deploy = (id: string, parts: { isPinned?: boolean; running?: () => number } = {}): Deployment => {
    const status = (): ModelStatus => ({
      state: "ready",
      runningSequences: parts.running?.() ?? 0,
      sequencesAtOnce: 16,
      waitingRequests: 0,
      cacheTokensUsed: 0,
      cacheTokensTotal: 1,
      residentBytes: 0,
      restarts: 0,
    });
    const engine: Pick<EngineModel, "status" | "unload"> = { status, unload: async () => void unloaded.push(id) };
    const spec = {
      id,
      aliases: [],
      createdAt: 0,
      ownedBy: "test",
      serves: { chat: true, fim: true, embeddings: true },
      defaultTemperature: 0.7,
      contextTokens: 1,
    };
    const deployment: Deployment = new Deployment(
      spec,
      async () => {
        await memory.makeRoomFor(deployment);
        return { engine } as LoadedModel;
      },
      clock,
    );
    memory.register(deployment, 1e9, parts.isPinned ?? false);
    return deployment;
  };
  return { clock, memory, unloaded, deploy };
}

test("the model that was used longest ago makes room", async () => {
  const { clock, unloaded, deploy } = house({ budgetBytes: 3e9 });
  const [first, second, third] = [deploy("first"), deploy("second"), deploy("third")];
  await first.loaded();
  clock.ms += 10_000;
  await second.loaded();
  clock.ms += 10_000;
  await first.loaded();
  clock.ms += 10_000;
  await third.loaded();
  expect(unloaded).toEqual(["second"]);
  expect([first.state, second.state, third.state]).toEqual(["ready", "idle", "ready"]);
});

test("a pinned model and one that computes stay; the newcomer is refused with what it needs", async () => {
  const { clock, unloaded, deploy } = house({ budgetBytes: 3e9 });
  await deploy("pinned", { isPinned: true }).loaded();
  await deploy("busy", { running: () => 1 }).loaded();
  clock.ms += 60_000;
  await expect(deploy("third").loaded()).rejects.toMatchObject({ code: "model_load_failed" });
  expect(unloaded).toEqual([]);
});

test("an unloaded model loads again for the next who asks", async () => {
  const { deploy, unloaded } = house({ budgetBytes: 3e9 });
  const model = deploy("model");
  await model.loaded();
  await model.unload();
  expect(model.state).toBe("idle");
  await model.loaded();
  expect([model.state, unloaded]).toEqual(["ready", ["model"]]);
});

test("whoever is idle too long is unloaded by itself", async () => {
  const { clock, memory, unloaded, deploy } = house({ budgetBytes: 3e9, idleMs: 200 });
  await deploy("model").loaded();
  await deploy("pinned", { isPinned: true }).loaded();
  clock.ms += 1000;
  await expect.poll(() => unloaded, { timeout: 3000 }).toEqual(["model"]);
  memory.close();
});
