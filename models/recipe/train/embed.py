"""Trains tramontane-embed: one vector per piece of the vocabulary; a text is the mean of its pieces' vectors. Recipe, not runtime.

Contrastive: of two texts that belong together each must find the other among all of a batch. What a piece counts for in a
mean is the length of its vector, so small words learn to be short. `cli-embed-gguf.ts` makes a model file of the table.
"""
import argparse, json, math, random, time

import numpy as np
import torch
import torch.nn.functional as F

from model import save_safetensors


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("pairs", help="JSON lines of cli-pairs.ts")
    p.add_argument("out", help="safetensors file with the table")
    p.add_argument("--vocab", type=int, default=4096)
    p.add_argument("--width", type=int, default=992)
    p.add_argument("--batch", type=int, default=384, help="pairs per step")
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--lr", type=float, default=4e-3)
    p.add_argument("--drop", type=float, default=0.1, help="share of pieces left out of a text")
    p.add_argument("--sharpness", type=float, default=16)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    rng = random.Random(a.seed)
    pairs = [json.loads(line) for line in open(a.pairs)]
    seen = np.ones(a.vocab)
    for x, y, _ in pairs:
        seen[list(set(x))] += 1
        seen[list(set(y))] += 1
    # Rare pieces start long: even words that no pair holds are then found by their letters.
    rarity = torch.tensor(np.log(2 * len(pairs) / seen), dtype=torch.float32).clamp(0.5, 8)
    table = torch.randn(a.vocab, a.width) / math.sqrt(a.width) * rarity[:, None] / 4
    table.requires_grad_()
    opt = torch.optim.Adam([table], lr=0, betas=(0.9, 0.99))

    def mean(texts):
        kept = [[t for t in x if rng.random() >= a.drop] or x for x in texts]
        offsets = torch.tensor([0] + [len(x) for x in kept[:-1]]).cumsum(0)
        return F.normalize(F.embedding_bag(torch.tensor([t for x in kept for t in x]), table, offsets, mode="mean"), dim=-1)

    began = time.process_time()
    for step in range(a.steps):
        batch = rng.sample(pairs, a.batch)
        opt.param_groups[0]["lr"] = a.lr * min(1, (step + 1) / 50) * (1 - step / a.steps)
        s = a.sharpness * mean([b[0] for b in batch]) @ mean([b[1] for b in batch]).T
        group = np.array([b[2] for b in batch])
        same = torch.from_numpy(group[:, None] == group[None, :])
        s = s.masked_fill(same & ~torch.eye(a.batch, dtype=torch.bool), -1e9)
        goal = torch.arange(a.batch)
        loss = (F.cross_entropy(s, goal) + F.cross_entropy(s.T, goal)) / 2
        loss.backward()
        opt.step()
        opt.zero_grad(set_to_none=True)
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.3f} found {(s.argmax(1) == goal).float().mean():.3f}", flush=True)
    with torch.no_grad():
        table /= table.norm(dim=1).max()
    meta = {"kind": "embed", "pairs": str(len(pairs)), "step": str(a.steps), "cpu_seconds": str(int(time.process_time() - began))}
    save_safetensors(a.out, {"table": table, "seen": torch.tensor(np.minimum(seen - 1, 6e4))}, meta, np.float16)


if __name__ == "__main__":
    main()
