"""One training step as matrix products in bfloat16 and the hand-written passes of kernels.cpp between them.

The same network as model.py's `Model`, forward and backward written out, two and a half times as fast on a processor with
bfloat16 products. Weights are kept in float32, their copies for the products in bfloat16. fast_test.py holds both together.
"""
import ctypes, math, os, subprocess, tempfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
B16 = torch.bfloat16
# Rows of an attention matrix computed at once: those of a block see no later column, so a long text costs half.
BLOCK = 256
LONGEST = 40_000


def build():
    """Compiles kernels.cpp for this processor; the library lies beside other temporary files, named by the source's age."""
    source = os.path.join(HERE, "kernels.cpp")
    out = os.path.join(tempfile.gettempdir(), f"tramontane-kernels-{os.getuid()}-{os.stat(source).st_mtime_ns}.so")
    if not os.path.exists(out):
        part = f"{out}.{os.getpid()}"
        subprocess.run(["g++", "-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-shared", "-fPIC", source, "-o", part], check=True)
        os.replace(part, out)
    library = ctypes.CDLL(out)
    library.squares.restype = ctypes.c_double
    return library


def call(f, *args):
    """Tensors as pointers, integers as int64, floats as float."""
    f(*(ctypes.c_void_p(a.data_ptr()) if isinstance(a, torch.Tensor) else ctypes.c_float(a) if isinstance(a, float) else ctypes.c_void_p(None) if a is None else ctypes.c_int64(a) for a in args))


class Weight:
    """A matrix or a vector of norms: float32, its bfloat16 copy, gradient and Adam's two moments."""

    def __init__(self, parts):
        """`parts`: the parameters of a `Model` that stand one under the other in this matrix; they become views of it."""
        self.value = torch.cat([p.detach() for p in parts]).contiguous()
        at = 0
        for p in parts:
            p.data = self.value[at:at + len(p)]
            at += len(p)
        self.copy, self.grad = self.value.to(B16), None
        self.m, self.v = torch.zeros_like(self.value), torch.zeros_like(self.value)
        self.decay = 0.02 if self.value.dim() == 2 else 0.0


class Fast:
    """Trains a `Model` in place: `gradients`, then `update`, which changes its parameters."""

    def __init__(self, model, betas, moments=None):
        """`moments`: Adam's, as `moments()` gave them to a checkpoint."""
        self.c, self.betas, self.k = model.c, betas, build()
        turns = torch.arange(LONGEST).float()[:, None] * self.c.theta ** (-torch.arange(0, self.c.head, 2).float() / self.c.head)
        # A row for each position: the cosine and the sine of every pair's angle.
        self.angles = torch.stack((turns.cos(), turns.sin()), -1).flatten(1).contiguous()
        self.emb, self.nf = Weight([model.emb.weight]), Weight([model.nf.w])
        self.blocks = [dict(n1=Weight([b.n1.w]), qkv=Weight([b.q.weight, b.k.weight, b.v.weight]), o=Weight([b.o.weight]), n2=Weight([b.n2.w]), gu=Weight([b.g.weight, b.u.weight]), dn=Weight([b.dn.weight])) for b in model.blocks]
        self.weights = [self.emb, self.nf, *(w for b in self.blocks for w in b.values())]

        for w, (m, v) in zip(self.weights, moments or []):
            w.m, w.v = m, v

    def moments(self):
        return [(w.m, w.v) for w in self.weights]

    def add_norm(self, x, add, w):
        """(x + add as float32, 1 / rms of each row, the normed sum as bfloat16)."""
        total, scale, y = torch.empty_like(x), torch.empty(len(x)), torch.empty(x.shape, dtype=B16)
        call(self.k.add_norm, len(x), x.shape[1], self.c.eps, x, add, w.value, total, scale, y)
        return total, scale, y

    def add_norm_back(self, total, scale, w, gy, gx):
        """Adds the gradient of y to gx in place; returns gx as bfloat16."""
        out, gw = torch.empty(gx.shape, dtype=B16), torch.zeros_like(w.value)
        call(self.k.add_norm_back, len(gx), gx.shape[1], total, scale, w.value, gy.contiguous(), gx, gw, out)
        w.grad = gw.to(B16)
        return out

    def attend(self, B, T, qkv, at):
        c = self.c
        r, G = c.heads // c.kv_heads, B * c.kv_heads
        q, k, v = torch.empty(G, T * r, c.head, dtype=B16), torch.empty(G, T, c.head, dtype=B16), torch.empty(G, T, c.head, dtype=B16)
        call(self.k.split_heads, B, T, c.heads, c.kv_heads, c.head, qkv, self.angles, at, 1 / math.sqrt(c.head), q, k, v)
        probabilities, parts = [], []
        for t in range(0, T, BLOCK):
            end = min(T, t + BLOCK)
            s = torch.bmm(q[:, t * r:end * r], k[:, :end].transpose(1, 2))
            call(self.k.softmax, G, s.shape[1], end, t, r, s)
            probabilities.append(s)
            parts.append(torch.bmm(s, v[:, :end]))
        a = parts[0] if len(parts) == 1 else torch.cat(parts, 1)
        out = torch.empty(B * T, c.heads * c.head, dtype=B16)
        call(self.k.merge_heads, B, T, c.heads, c.kv_heads, c.head, a, out, 0)
        return out, (q, k, v, probabilities)

    def attend_back(self, B, T, saved, ga, at):
        c, (q, k, v, probabilities) = self.c, saved
        r, G = c.heads // c.kv_heads, B * c.kv_heads
        g = torch.empty_like(q)
        call(self.k.merge_heads, B, T, c.heads, c.kv_heads, c.head, ga.contiguous(), g, 1)
        gq, gk, gv = torch.empty_like(q), torch.zeros(k.shape), torch.zeros(v.shape)
        for t, p in zip(range(0, T, BLOCK), probabilities):
            end = min(T, t + BLOCK)
            rows = slice(t * r, end * r)
            gv[:, :end] += torch.bmm(p.transpose(1, 2), g[:, rows])
            gs = torch.bmm(g[:, rows], v[:, :end].transpose(1, 2))
            call(self.k.softmax_back, G, gs.shape[1], end, t, r, p, gs)
            gq[:, rows] = torch.bmm(gs, k[:, :end])
            gk[:, :end] += torch.bmm(gs.transpose(1, 2), q[:, rows])
        out = torch.empty(B * T, (c.heads + 2 * c.kv_heads) * c.head, dtype=B16)
        call(self.k.split_heads_back, B, T, c.heads, c.kv_heads, c.head, gq, gk.to(B16), gv.to(B16), self.angles, at, 1 / math.sqrt(c.head), out)
        return out

    @torch.no_grad()
    def gradients(self, ids, rows, targets, weight, at=None):
        """ids (batch, time); rows, targets, weight: which flat rows answer what, and how much it counts;
        at (batch, time): position of each token, one after the other if not given.

        Returns the loss of each row; leaves the gradient of their weighted sum in the weights.
        """
        B, T = ids.shape
        at = torch.arange(T).repeat(B) if at is None else at.contiguous()
        x, add, saved = self.emb.value[ids.view(-1)], None, []
        for b in self.blocks:
            x1, r1, y1 = self.add_norm(x, add, b["n1"])
            a, heads = self.attend(B, T, y1 @ b["qkv"].copy.t(), at)
            # From the last attention on only the rows that answer are computed: nobody reads the others.
            x, a = (x1[rows], a[rows]) if b is self.blocks[-1] else (x1, a)
            x2, r2, y2 = self.add_norm(x, a @ b["o"].copy.t(), b["n2"])
            gu = y2 @ b["gu"].copy.t()
            h = torch.empty(len(gu), gu.shape[1] // 2, dtype=B16)
            call(self.k.gate, *h.shape, gu, h)
            x, add = x2, h @ b["dn"].copy.t()
            saved.append((x1, r1, y1, heads, a, x2, r2, y2, gu, h))
        total, scale, _ = self.add_norm(x, add, self.nf)
        # The last norm and the logits in float32: bfloat16 would round a logit of 20 to an eighth, which the loss feels.
        y = total * scale[:, None] * self.nf.value
        logits = y @ self.emb.value.t()
        each, glogits = torch.empty(len(rows)), torch.empty(logits.shape, dtype=B16)
        call(self.k.cross_entropy, *logits.shape, logits, targets, weight, each, glogits)
        gemb, gx = (glogits.t() @ y.to(B16)).float(), torch.zeros_like(total)
        out = self.add_norm_back(total, scale, self.nf, glogits @ self.emb.copy, gx)
        for b, (x1, r1, y1, heads, a, x2, r2, y2, gu, h) in zip(reversed(self.blocks), reversed(saved)):
            b["dn"].grad = out.t() @ h
            gh, ggu = out @ b["dn"].copy, torch.empty_like(gu)
            call(self.k.gate_back, *h.shape, gu, gh, ggu)
            b["gu"].grad = ggu.t() @ y2
            out = self.add_norm_back(x2, r2, b["n2"], ggu @ b["gu"].copy, gx)
            b["o"].grad, ga = out.t() @ a, out @ b["o"].copy
            if b is self.blocks[-1]:
                ga = torch.zeros(B * T, ga.shape[1], dtype=B16).index_copy_(0, rows, ga)
                gx = torch.zeros(x1.shape).index_copy_(0, rows, gx)
            gqkv = self.attend_back(B, T, heads, ga, at)
            b["qkv"].grad = gqkv.t() @ y1
            out = self.add_norm_back(x1, r1, b["n1"], gqkv @ b["qkv"].copy, gx)
        self.emb.grad = gemb.index_add_(0, ids.view(-1), gx).to(B16)
        return each

    @torch.no_grad()
    def update(self, step, rate, clip=1.0):
        """AdamW after `step` earlier steps, the gradient cut to a norm of `clip`; returns the norm."""
        b1, b2 = self.betas
        for w in self.weights:
            w.grad = w.grad.contiguous()
        norm = math.sqrt(sum(self.k.squares(ctypes.c_int64(w.grad.numel()), ctypes.c_void_p(w.grad.data_ptr())) for w in self.weights))
        by = min(1.0, clip / (norm + 1e-6))
        for w in self.weights:
            call(self.k.adam, w.value.numel(), float(rate), w.decay, b1, b2, 1 - b1 ** (step + 1), 1 - b2 ** (step + 1), by, w.grad, w.value, w.m, w.v, w.copy)
        return norm

    def refresh(self):
        """After the float32 weights were changed from outside."""
        for w in self.weights:
            w.copy.copy_(w.value)
