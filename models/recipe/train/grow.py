"""Grows a trained model of width 256 into a wider and deeper one that chooses by meaning. Recipe, not runtime.

    python3 grow.py VOCAB MASTER TABLE SAMPLE.tok OUT [setting=value …]     (TABLE: embed.py --width 28)

The old network stays as it is, in its own dimensions, as the upper layers. Below it come three new layers with a circuit
made by hand, out of rotary phase and the meaning of pieces that `embed.py` learnt in a minute:

    A  every token gets the mean meaning of the few tokens before it, and knows whether it begins a tool's name
    B  every token gets the mean meaning of the last twenty or so (at a call: of the request), and of descriptions
       every token gets the code of its tool's first name token
    C  where a call begins, the description closest to the request gives its tool's code to the output

All of it is initial weights only: training goes on with everything free.
"""
import json, sys

from model import *

OLD, WIDTH, NARROW = 256, 384, 128
SEM, WIN, REQ, CODE = slice(256, 284), slice(284, 312), slice(312, 340), slice(340, 364)
(CONST, OPEN, ABOUT, FIRST, INSIDE, WITHIN, BEGIN, BRACE, NAMED, AFTER_NAME, AFTER_BRACE, CALLS, BALLAST, INST, STARTED) = range(364, 379)
LENGTH = 4.0
SET = {"win": 4.0, "req": 5.0, "near": 1.5, "started": 4.0, "request": 1.6, "recent": 1.5, "first": 20.0, "apart": 3.0, "match": 60.0, "within": 24.0, "sink": 40.0, "loud": 24.0, "out": 3.0}


def even(*which):
    """The first members of rotary pairs: where a key of (1, 0) stands."""
    return torch.tensor([2 * i for i in which])


@torch.no_grad()
def grow(old, table, seen, pieces, seed=1):
    c = Config(old.c.vocab, WIDTH, old.c.layers + 3, 6, 3, ",".join(str(n) for n in [NARROW] * 3 + old.c.ff), old.c.theta)
    new, g = Model(c, torch.float32), torch.Generator().manual_seed(seed)
    E = new.emb.weight.zero_()
    E[:, :OLD] = old.emb.weight
    known = torch.tensor([seen[i] >= 30 and any(ch.isalpha() for ch in p["text"]) and '"' not in p["text"] for i, p in enumerate(pieces)])
    E[:, SEM] = table / table[known].norm(dim=1).quantile(0.9) * known[:, None]
    E[:, CODE] = F.normalize(torch.randn(c.vocab, 24, generator=g), dim=1) * 0.7
    E[:, CONST] = 1
    for i, p in enumerate(pieces):
        text = p["text"].replace("\u2581", " ")
        E[i, OPEN] = float(text.endswith('"function": {"name": "'))
        E[i, ABOUT] = float(text.endswith('"description": "'))
        if text == "<s>":
            # Looked at where nothing is to be chosen; it must then give nothing.
            E[i, BEGIN], E[i, CODE] = 1, 0
        E[i, BRACE] = float(text.endswith('{"') and '":' not in text)
        E[i, INST] = float(text == "[INST]")
        E[i, NAMED] = float(text == "name")
    # Every token is as many times as long as it was: the norm then gives the old dimensions what it gave, and the new ones
    # the same scale for every token.
    times = E[:, :OLD].norm(dim=1, keepdim=True)
    E[:, OLD:] *= times
    E[:, BALLAST] = ((LENGTH * times[:, 0]) ** 2 - E.pow(2).sum(1)).sqrt()
    unit = LENGTH / WIDTH ** 0.5
    theta = c.theta ** (-torch.arange(0, 64, 2).float() / 64)
    for b in new.blocks[:3]:
        for l in (b.q, b.k, b.v, b.g, b.u):
            nn.init.normal_(l.weight, 0, 0.3 / WIDTH ** 0.5)
        for n in (b.n1, b.n2):
            n.w.fill_(unit)
        b.o.weight.zero_()
        b.dn.weight.zero_()

    def head(b, h):
        """Clears one query head and its keys and values; gives their rows, and the columns of its output."""
        q, kv = slice(64 * h, 64 * h + 64), slice(64 * (h // 2), 64 * (h // 2) + 64)
        b.q.weight[q] = 0
        if h % 2 == 0:
            b.k.weight[kv] = b.v.weight[kv] = 0
        return b.q.weight[q], b.k.weight[kv], b.v.weight[kv], b.o.weight[:, q]

    def copy(V, O, row, source, to, gain=1.0):
        """One value of the head: from dimensions of the token looked at to dimensions of the one that looks."""
        n = source.stop - source.start if isinstance(source, slice) else 1
        for i in range(n):
            V[row + i, (source.start if n > 1 else source) + i] = 1
            O[(to.start if n > 1 else to) + i, row + i] = gain

    def previous(Q, K):
        K[even(*range(8)), CONST] = 8
        for i in range(8):
            Q[2 * i, CONST], Q[2 * i + 1, CONST] = 8 * theta[i].cos(), -8 * theta[i].sin()

    A, B, C = new.blocks[:3]
    Q, K, V, O = head(A, 0)
    K[even(*range(4, 13)), CONST] = 4
    Q[even(*range(4, 9)), CONST] = SET["near"] * 8 / 4
    copy(V, O, 0, SEM, WIN, SET["win"])
    copy(V, O, 32, ABOUT, INSIDE, 3.0)
    Q, _, _, O = head(A, 1)
    Q[even(*range(8, 13)), CONST] = 1.6 * 8 / 4
    copy(V, O, 33, INST, STARTED, 25.0)
    Q, K, V, O = head(A, 2)
    previous(Q, K)
    for i, (source, to) in enumerate(((OPEN, FIRST), (BRACE, AFTER_BRACE), (NAMED, AFTER_NAME))):
        copy(V, O, i, source, to)

    Q, K, V, O = head(B, 0)
    K[even(*range(4, 13)), CONST] = 4
    Q[even(*range(8, 13)), CONST] = SET["request"] * 8 / 4
    K[60, INSIDE] = 4
    Q[60, CONST] = -SET["apart"] * 8 / 4
    # What is asked for comes first in a request, the particulars after it.
    K[58, STARTED] = 4
    Q[58, CONST] = SET["started"] * 8 / 4
    copy(V, O, 0, SEM, REQ, SET["req"])
    Q, _, _, O = head(B, 1)
    Q[even(*range(4, 9)), CONST] = SET["near"] * 8 / 4
    copy(V, O, 32, INSIDE, WITHIN, 5.0)
    Q, K, V, O = head(B, 2)
    K[even(*range(6, 11)), CONST] = 4
    Q[even(*range(6, 11)), CONST] = SET["recent"] * 8 / 4
    K[even(*range(27, 31)), FIRST] = 4
    Q[even(*range(27, 31)), CONST] = SET["first"] * 8 / 4 / 4
    copy(V, O, 0, CODE, slice(SEM.start, SEM.start + 24), 3.0)
    Q, K, V, O = head(B, 4)
    previous(Q, K)
    copy(V, O, 0, AFTER_BRACE, CALLS)

    Q, K, V, O = head(C, 0)
    for i in range(28):
        Q[36 + i, REQ.start + i] = K[36 + i, WIN.start + i] = (SET["match"] * 8) ** 0.5
    # Open where a call's name begins (two flags of two), shut elsewhere: then the beginning of all text is looked at.
    K[34, WITHIN] = 4
    for flag in (AFTER_NAME, CALLS):
        Q[34, flag] = SET["within"] * 8 / 4
        Q[32, flag] = -0.45 * SET["sink"] * 8 / 4
    Q[34, CONST] = -1.5 * SET["within"] * 8 / 4
    K[32, BEGIN] = 4
    Q[32, CONST] = SET["sink"] * 8 / 4
    K[32, WITHIN] = 0
    copy(V, O, 0, slice(SEM.start, SEM.start + 24), CODE, SET["out"] / 3.0)
    # Every token takes its own code back, or the output would repeat it.
    Q, K, V, O = head(C, 2)
    K[even(*range(8)), CONST] = Q[even(*range(8)), CONST] = 9
    copy(V, O, 0, CODE, CODE, -1 / 0.98)

    new.nf.w.fill_(0)
    for at, (a, b) in enumerate(zip(old.blocks, new.blocks[3:])):
        for l in (b.q, b.k, b.v, b.o, b.g, b.u, b.dn):
            l.weight.zero_()
        b.q.weight[:256, :256], b.k.weight[:128, :256], b.v.weight[:128, :256] = a.q.weight, a.k.weight, a.v.weight
        b.o.weight[:256, :256] = a.o.weight
        b.g.weight[:, :256], b.u.weight[:, :256], b.dn.weight[:256] = a.g.weight, a.u.weight, a.dn.weight
        # New heads start blind.
        for rows, l in ((slice(256, 384), b.q), (slice(128, 192), b.k), (slice(128, 192), b.v)):
            nn.init.normal_(l.weight[rows], 0, 0.3 / WIDTH ** 0.5)
    return new


@torch.no_grad()
def settle(old, new, ids):
    """Scales the norms of the old layers so that they see what they saw, now that the stream is longer."""
    table_old, table_new = old.tables(ids.shape[1]), new.tables(ids.shape[1])
    x, y = old.emb(ids), new.emb(ids)
    for b in new.blocks[:3]:
        y = b(y, *table_new)
    rms = lambda z: z.pow(2).mean(-1).sqrt()
    def fit(n, m, x, y):
        n.w[:OLD] = m.w * (rms(y) / rms(x)).mean()
        n.w[OLD:] = rms(y).mean()
        n.w[BALLAST] = n.w[CONST] = 0.1

    for a, b in zip(old.blocks, new.blocks[3:]):
        fit(b.n1, a.n1, x, y)
        # Half a block: with its feed-forward part silent.
        silent = [l.dn.weight.clone() for l in (a, b)]
        a.dn.weight.zero_(), b.dn.weight.zero_()
        fit(b.n2, a.n2, a(x, *table_old), b(y, *table_new))
        for l, w in zip((a, b), silent):
            l.dn.weight.copy_(w)
        x, y = a(x, *table_old), b(y, *table_new)
    new.nf.w[:OLD] = old.nf.w * (rms(y) / rms(x)).mean()
    new.nf.w[CODE] = SET["loud"] * rms(y).mean() / 4


def main():
    vocab, master, table, sample, out = sys.argv[1:6]
    for setting in sys.argv[6:]:
        name, value = setting.split("=")
        SET[name] = float(value)
    pieces = json.load(open(vocab))
    tensors, meta = load_safetensors(master)
    old = Model(Config(**shape_of({**dict(SIZES["small"], vocab=4096), **meta})), torch.float32)
    old.load_state_dict(tensors)
    table = load_safetensors(table)[0]
    new = grow(old, table["table"], table["seen"], pieces)
    ids = torch.from_numpy(np.fromfile(sample, np.uint16)[:600].astype(np.int64))[None]
    settle(old, new, ids)
    with torch.no_grad():
        print("same next token:", (new(ids).argmax(-1) == old(ids).argmax(-1)).float().mean().item())
    c = new.c
    meta = {**meta, "size": "large", **{k: str(v) for k, v in dict(d=c.d, layers=c.layers, heads=c.heads, kv_heads=c.kv_heads, ff=",".join(map(str, c.ff)), vocab=c.vocab).items()}}
    save_safetensors(out, new.state_dict(), meta)


if __name__ == "__main__":
    main()
