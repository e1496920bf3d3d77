"""The network (Mistral's architecture), how it starts, and its files. Recipe, not runtime."""
import json, math, os, struct

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SIZES = {
    "tiny": dict(d=128, layers=2, heads=2, kv_heads=1, ff=384),
    "small": dict(d=256, layers=5, heads=4, kv_heads=2, ff=768),
    "large": dict(d=384, layers=8, heads=6, kv_heads=3, ff="128,128,128,768,768,768,768,768"),
}


class Config:
    """Shape of the network; the rotary base and the norm's epsilon are Mistral's. `ff` may name a width per layer: "128,768"."""

    def __init__(self, vocab, d, layers, heads, kv_heads, ff, theta=1e6, eps=1e-5):
        self.vocab, self.d, self.layers, self.heads, self.kv_heads = vocab, d, layers, heads, kv_heads
        widths = [int(n) for n in str(ff).split(",")]
        self.ff = widths * layers if len(widths) == 1 else widths
        self.theta, self.eps, self.head = theta, eps, d // heads


class Norm(nn.Module):
    """RMSNorm, computed in float32."""

    def __init__(self, d, eps):
        super().__init__()
        self.w, self.eps = nn.Parameter(torch.ones(d)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.w


def rotate(x, turn):
    """Rotary embedding on neighbouring pairs (the layout of the `llama` GGUF architecture); x is (batch, time, heads, head)."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turn).flatten(-2)


class Block(nn.Module):
    def __init__(self, c, ff, dtype):
        super().__init__()
        self.c, self.dtype = c, dtype
        self.n1, self.n2 = Norm(c.d, c.eps), Norm(c.d, c.eps)
        make = lambda n_in, n_out: nn.Linear(n_in, n_out, bias=False)
        self.q, self.k, self.v = make(c.d, c.heads * c.head), make(c.d, c.kv_heads * c.head), make(c.d, c.kv_heads * c.head)
        self.o, self.g, self.u, self.dn = make(c.heads * c.head, c.d), make(c.d, ff), make(c.d, ff), make(ff, c.d)

    def linear(self, x, *layers):
        """One matrix product for all `layers` that read the same input, in the compute dtype."""
        w = layers[0].weight if len(layers) == 1 else torch.cat([l.weight for l in layers])
        return F.linear(x.to(self.dtype), w.to(self.dtype))

    def forward(self, x, turn, mask):
        c, (B, T, _) = self.c, x.shape
        qkv = self.linear(self.n1(x), self.q, self.k, self.v)
        q, k, v = qkv.split([c.heads * c.head, c.kv_heads * c.head, c.kv_heads * c.head], -1)
        q = rotate(q.view(B, T, c.heads, c.head), turn).transpose(1, 2)
        k = rotate(k.view(B, T, c.kv_heads, c.head), turn).transpose(1, 2)
        v = v.view(B, T, c.kv_heads, c.head).transpose(1, 2).float()
        r = c.heads // c.kv_heads
        # The r query heads of a group share one key head: fold them into the time axis, no copy of k and v needed.
        q = q.reshape(B * c.kv_heads, r * T, c.head)
        k, v = k.reshape(B * c.kv_heads, T, c.head), v.reshape(B * c.kv_heads, T, c.head)
        s = torch.baddbmm(mask.repeat(r, 1), q, k.transpose(1, 2), alpha=1 / math.sqrt(c.head))
        a = torch.bmm(F.softmax(s, -1), v).view(B, c.heads, T, c.head).transpose(1, 2).reshape(B, T, -1)
        x = x + self.linear(a, self.o)
        g, u = self.linear(self.n2(x), self.g, self.u).chunk(2, -1)
        return x + self.linear(F.silu(g) * u, self.dn)


class Model(nn.Module):
    """ids (batch, time) -> logits of the rows named by `rows` (flat indices), or of all rows."""

    def __init__(self, c, dtype=torch.bfloat16):
        super().__init__()
        self.c, self.dtype, self.cache = c, dtype, {}
        self.emb = nn.Embedding(c.vocab, c.d)
        self.blocks = nn.ModuleList(Block(c, ff, dtype) for ff in c.ff)
        self.nf = Norm(c.d, c.eps)
        for b in self.blocks:
            for l in (b.q, b.k, b.v, b.o, b.g, b.u, b.dn):
                nn.init.normal_(l.weight, 0, 1 / math.sqrt(l.weight.shape[1]))

    def tables(self, T):
        if T not in self.cache:
            if len(self.cache) > 64:
                self.cache.clear()
            angle = torch.arange(T).float()[:, None] * self.c.theta ** (-torch.arange(0, self.c.head, 2).float() / self.c.head)
            self.cache[T] = (torch.polar(torch.ones_like(angle), angle)[:, None], torch.full((T, T), -1e9).triu(1))
        return self.cache[T]

    def forward(self, ids, rows=None):
        turn, mask = self.tables(ids.shape[1])
        x = self.emb(ids)
        for b in self.blocks:
            x = b(x, turn, mask)
        x = x.reshape(-1, self.c.d)
        x = self.nf(x if rows is None else x[rows])
        # In float32: bfloat16 would round a logit of 20 to an eighth, which the loss feels.
        return F.linear(x, self.emb.weight)


@torch.no_grad()
def induction_init(model, seed):
    """Starts the network with a copying circuit; nothing but initial weights, everything stays trainable.

    Layer 0, head 0 looks at the previous token (rotary phase alone, on the eight fastest pairs); layer 1 has one match head
    per key group that looks for the place where this token was followed by something, and writes that something to the
    tied output. All other output projections start at zero. A learning rate above 4e-4 at the start destroys it.
    """
    c, g, hd = model.c, torch.Generator().manual_seed(seed), model.c.head
    orthogonal = lambda r, n: torch.linalg.qr(torch.randn(n, r, generator=g))[0].T.contiguous()
    for b in model.blocks:
        b.o.weight.zero_()
        b.dn.weight.zero_()
    E = model.emb.weight
    E.normal_(0, 0.02, generator=g)
    E[:, 0] = 0.08
    # Logits of a copied token must stand out of the whole vocabulary from the first step on; Adam needs thousands of steps for that.
    model.nf.w.fill_(5.0)
    theta, fast = c.theta ** (-torch.arange(0, hd, 2).float() / hd), (torch.arange(hd // 2) < 8).float()
    u, k = torch.zeros(hd), torch.zeros(hd)
    u[0::2], k[0::2], k[1::2] = fast, theta.cos() * fast, theta.sin() * fast
    V, P = orthogonal(hd, c.d), orthogonal(hd, c.d)
    V[:, 0] = P[:, 0] = 0
    b0, b1 = model.blocks[0], model.blocks[1]
    b0.q.weight[:hd], b0.k.weight[:hd] = 0, 0
    b0.q.weight[:hd, 0], b0.k.weight[:hd, 0] = 2.2 * u, 2.2 * k
    b0.v.weight[:hd], b0.o.weight[:, :hd] = V, P.T * 0.05
    slow = torch.zeros(hd)
    slow[24:] = 1
    r, W = c.heads // c.kv_heads, orthogonal(hd * c.kv_heads, c.d)
    W[:, 0] = 0
    for h in range(c.kv_heads):
        q, s = h * r * hd, slice(h * hd, (h + 1) * hd)
        b1.q.weight[q:q + hd], b1.k.weight[s] = 1.8 * V * slow[:, None], 1.8 * P * slow[:, None]
        b1.v.weight[s], b1.o.weight[:, q:q + hd] = W[s], W[s].T * 0.2


@torch.no_grad()
def grow(model, tensors):
    """Loads weights of a network of as many or fewer layers; new layers stand evenly between the old ones and add nothing at first."""
    have = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blocks."))
    want = len(model.blocks)
    places = [round((i + 1) * want / have) - 1 for i in range(have)]
    for i, block in enumerate(model.blocks):
        if i not in places:
            for l in (block.q, block.k, block.v, block.g, block.u):
                nn.init.normal_(l.weight, 0, 1 / math.sqrt(l.weight.shape[1]))
            block.o.weight.zero_()
            block.dn.weight.zero_()
            block.n1.w.fill_(1)
            block.n2.w.fill_(1)
    renamed = {}
    for name, tensor in tensors.items():
        parts = name.split(".")
        if parts[0] == "blocks":
            parts[1] = str(places[int(parts[1])])
        renamed[".".join(parts)] = tensor
    model.load_state_dict(renamed, strict=False)


def save_safetensors(path, tensors, metadata, dtype=np.float32):
    header, at = {"__metadata__": metadata}, 0
    arrays = {k: v.detach().numpy().astype(dtype) for k, v in tensors.items()}
    for k, a in arrays.items():
        header[k] = {"dtype": {2: "F16", 4: "F32"}[a.itemsize], "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    head = json.dumps(header).encode()
    with open(path + ".part", "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head)
        for a in arrays.values():
            f.write(a.tobytes())
    os.replace(path + ".part", path)


def load_safetensors(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + n])
    kind = {"F16": np.float16, "F32": np.float32}
    return {k: torch.from_numpy(np.frombuffer(raw, kind[h["dtype"]], offset=8 + n + h["data_offsets"][0], count=int(np.prod(h["shape"]))).reshape(h["shape"]).astype(np.float32))
            for k, h in header.items() if k != "__metadata__"}, header.get("__metadata__", {})


def shape_of(meta):
    return {**{k: int(meta[k]) for k in ("vocab", "d", "layers", "heads", "kv_heads")}, "ff": meta["ff"], "theta": float(meta.get("theta", 1e6))}


@torch.no_grad()
def answer(vocab, master, prompts, out):
    """Greedy answers of a master in float32 to prompts of token ids, one JSON line each: what any engine must reproduce."""
    pieces = [p["text"] for p in json.load(open(vocab))]
    tensors, meta = load_safetensors(master)
    model = Model(Config(**shape_of(meta)), torch.float32)
    model.load_state_dict(tensors)
    with open(out, "w") as f:
        for line in open(prompts):
            ids, text = json.loads(line), b""
            for _ in range(256):
                ids.append(model(torch.tensor([ids]), torch.tensor([len(ids) - 1])).argmax().item())
                p = pieces[ids[-1]]
                text += bytes([int(p[3:5], 16)]) if p.startswith("<0x") else p.replace("\u2581", " ").encode()
                if p == "</s>":
                    break
            f.write(json.dumps(text.decode(errors="replace")) + "\n")
