"""Trains a Tramontane model from the token shards that `cli-shards.ts` makes. Recipe, not runtime.

The network is in model.py, a training step in fast.py; here are the shards and the loop.
The schedule is measured in wall-clock time, because on a small machine the deadline is what is known.
"""
import argparse, json, os, random, signal, sys, time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
import torch

from fast import Fast
from model import SIZES, Config, Model, answer, grow, induction_init, load_safetensors, save_safetensors, shape_of

# A long second moment: a step sees few tokens here.
BETAS = (0.9, 0.99)


class Shards:
    """Endless batches from a folder of shards, taken in name order; new shards may appear while training runs."""

    def __init__(self, folder, batch_tokens, seed):
        self.folder, self.batch_tokens, self.rng, self.used = folder, batch_tokens, random.Random(seed), []

    def names(self):
        return sorted(f[:-4] for f in os.listdir(self.folder) if f.endswith(".idx"))

    def __iter__(self):
        while True:
            names = self.names()
            fresh = [n for n in names if n not in self.used]
            # The first part of a name is its place in the curriculum; within one, any order does.
            first = [n for n in fresh if n.split("-")[0] == fresh[0].split("-")[0]]
            name = self.rng.choice(first or names[-8:])
            yield from self.batches(os.path.join(self.folder, name))
            self.used.append(name)

    def batches(self, path):
        """Samples of like length together, whole shard in random order; yields (ids, rows, targets, skill and weight of each row)."""
        tok, msk = np.fromfile(path + ".tok", np.uint16), np.fromfile(path + ".msk", np.uint8)
        index = np.fromfile(path + ".idx", np.uint32).reshape(-1, 3)
        order = sorted(range(len(index)), key=lambda i: int(index[i, 1]) * self.rng.uniform(0.9, 1.1))
        groups, group, longest = [], [], 0
        for i in order:
            longest = max(longest, int(index[i, 1]))
            if group and longest * (len(group) + 1) > self.batch_tokens:
                groups.append(group)
                group, longest = [], int(index[i, 1])
            group.append(i)
        groups.append(group)
        self.rng.shuffle(groups)
        for group in groups:
            T = max(int(index[i, 1]) for i in group) - 1
            T = (T + 15) // 16 * 16
            ids = np.zeros((len(group), T), np.int64)
            rows, targets, skill, weight = [], [], [], []
            for b, i in enumerate(group):
                s, n, k = (int(v) for v in index[i])
                ids[b, :n - 1] = tok[s:s + n - 1]
                learn = np.nonzero(msk[s + 1:s + n])[0]
                rows.append(b * T + learn)
                targets.append(tok[s + 1:s + n][learn].astype(np.int64))
                skill.append(np.full(len(learn), k))
                weight.append(msk[s + 1:s + n][learn] * np.float32(max(1, len(learn)) ** -0.5))
            yield tuple(map(torch.from_numpy, (ids, *map(np.concatenate, (rows, targets, skill, weight)))))


def spread(ids, rng, share, span):
    """Positions for `ids` (batch, time): a `share` of the texts is torn at one to three places and laid out over up to
    `span` positions, so that what long texts have between two words is seen at the price of short ones (Zhu et al.,
    PoSE, 2023, arXiv 2309.10400).
    """
    B, T = ids.shape
    at = np.tile(np.arange(T), (B, 1))
    for row in at:
        if rng.random() < share:
            left = span - T
            for _ in range(rng.randint(1, 3)):
                gap = int(left * rng.random() ** 2)
                row[rng.randrange(1, T):] += gap
                left -= gap
    return torch.from_numpy(at)


def clock(text):
    """The next moment at which the wall clock shows HH:MM, as seconds since the epoch."""
    now = time.localtime()
    h, m = map(int, text.split(":"))
    t = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, h, m, 0, 0, 0, -1))
    return t if t > time.time() - 6 * 3600 else t + 86400


def rate(step, now, a):
    """Learning rate: warm-up to 4e-4, held while the circuit settles, ramped to --lr, then linear to zero at the deadline."""
    calm = min(a.lr, 4e-4)
    up = calm * min(1, (step + 1) / 60)
    if step > a.calm:
        up = calm + (a.lr - calm) * min(1, (step - a.calm) / a.calm)
    left = (a.until - now) / (a.decay * 60)
    return up * max(0.0, min(1.0, left))


def main():
    if sys.argv[1:2] == ["answer"]:
        return answer(*sys.argv[2:6])
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", default="small", choices=SIZES)
    p.add_argument("--vocab", required=True, help="vocabulary JSON; only its length is read")
    p.add_argument("--shards", required=True)
    p.add_argument("--out", required=True, help="folder of the checkpoints")
    p.add_argument("--init", help="safetensors master to go on from when the folder holds no checkpoint")
    p.add_argument("--theta", type=float, default=1e6, help="rotary base; a higher one makes longer texts look like those of training")
    p.add_argument("--spread", type=float, default=0, help="share of texts laid out over up to --span positions")
    p.add_argument("--span", type=int, default=32768)
    p.add_argument("--layers", type=int, help="another number of layers than the size has; --init with fewer grows to it")
    p.add_argument("--until", required=True, type=clock, help="HH:MM of the end; the learning rate is zero there")
    p.add_argument("--decay", type=float, default=30, help="minutes of the final decay")
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--calm", type=int, default=800, help="steps at 4e-4 before the ramp to --lr")
    p.add_argument("--batch", type=int, default=2048, help="tokens per step, padding included")
    p.add_argument("--peer", help="checkpoint folder of a second trainer of the same shape: every --meet steps its weights are averaged in")
    p.add_argument("--meet", type=int, default=150)
    p.add_argument("--save", type=float, default=4, help="minutes between checkpoints")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--skills", default="chat,faq,tools,extract,copy,classify,needle,translate,reason,format,tool-result")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    os.makedirs(a.out, exist_ok=True)
    shape = dict(SIZES[a.size], vocab=len(json.load(open(a.vocab))), theta=a.theta)
    shape["layers"] = a.layers or shape["layers"]
    model = Model(Config(**shape))
    induction_init(model, a.seed)
    shards = Shards(a.shards, a.batch, a.seed + os.getpid())
    step = tokens = seconds = 0
    moments = None
    last = os.path.join(a.out, "last.pt")
    if os.path.exists(last):
        state = torch.load(last)
        model.load_state_dict(state["model"])
        moments = state["moments"]
        step, tokens, seconds, shards.used = state["step"], state["tokens"], state["seconds"], state["used"]
        print(f"resumed at step {step}", flush=True)
    elif a.init:
        grow(model, load_safetensors(a.init)[0])

    fast = Fast(model, BETAS, moments)

    # The running mean of the last few hundred steps is what the learning-rate decay would give: good for early looks.
    mean = {k: v.clone() for k, v in model.state_dict().items()}

    def save():
        torch.save({"model": model.state_dict(), "moments": fast.moments(), "step": step, "tokens": tokens, "seconds": seconds + time.process_time(), "used": shards.used}, last + ".part")
        os.replace(last + ".part", last)
        meta = {**{k: str(v) for k, v in shape.items()}, "size": a.size, "step": str(step), "tokens": str(tokens), "cpu_seconds": str(int(seconds + time.process_time())), "eps": "1e-5"}
        save_safetensors(os.path.join(a.out, "last.safetensors"), model.state_dict(), meta)
        save_safetensors(os.path.join(a.out, "mean.safetensors"), mean, meta)

    @torch.no_grad()
    def meet(seen):
        """Averages the peer's newest weights in and offers the result; two processes on two cores so train one model."""
        theirs = os.path.join(a.peer, "offer.safetensors")
        when = os.path.getmtime(theirs) if os.path.exists(theirs) else seen
        if when > seen:
            other = load_safetensors(theirs)[0]
            for name, own in model.state_dict().items():
                own.lerp_(other[name], 0.5)
            fast.refresh()
        save_safetensors(os.path.join(a.out, "offer.safetensors"), model.state_dict(), {})
        return when

    names = a.skills.split(",")
    sums, counts = torch.zeros(len(names)), torch.zeros(len(names))
    stop, met = [], time.time()
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    saved = shown = time.time()
    shown_tokens = first_tokens = tokens
    print(f"{a.size}: {sum(q.numel() for q in model.parameters()) / 1e6:.2f}M parameters, {shape}", flush=True)
    for ids, rows, targets, skill, weight in shards:
        now = time.time()
        if now >= a.until or stop:
            break
        # A one-word answer counts for more than one word of a long one.
        each = fast.gradients(ids, rows, targets, weight / weight.sum(), spread(ids, shards.rng, a.spread, a.span))
        lr = rate(step, now, a)
        norm = fast.update(step, lr)
        step += 1
        tokens += ids.numel()
        if step % 10 == 0:
            for k, v in model.state_dict().items():
                mean[k].lerp_(v, 0.03)
        if a.peer and step % a.meet == 0:
            met = meet(met)
        sums.index_add_(0, skill, each)
        counts.index_add_(0, skill, torch.ones_like(each))
        if now - shown > 30:
            loss = " ".join(f"{n} {sums[i] / counts[i]:.3f}" for i, n in enumerate(names) if counts[i] > 0)
            print(f"{time.strftime('%H:%M:%S')} step {step} tokens {tokens / 1e6:.2f}M ({(tokens - shown_tokens) / (now - shown):.0f}/s, {(tokens - first_tokens) / time.process_time():.0f} a CPU second) lr {lr:.1e} norm {norm:.2f} | {loss}", flush=True)
            shown, shown_tokens = now, tokens
            sums.zero_(), counts.zero_()
        if now - saved > a.save * 60:
            save()
            saved = now
    save()
    tensors, meta = load_safetensors(os.path.join(a.out, "last.safetensors"))
    save_safetensors(os.path.join(a.out, "master.safetensors"), tensors, meta, np.float16)
    print(f"done: step {step}, {tokens} tokens, {int(seconds + time.process_time())} cpu seconds", flush=True)


if __name__ == "__main__":
    main()
