"""Holds fast.py to model.py: the same loss and gradients as autograd's, within what bfloat16 leaves. Run it: python3 fast_test.py."""
import torch
import torch.nn.functional as F

from fast import Fast
from model import Config, Model


def check(batch, time):
    torch.manual_seed(3)
    c = Config(vocab=512, d=128, layers=3, heads=4, kv_heads=2, ff="64,192,192")
    model = Model(c, torch.float32)
    torch.nn.init.normal_(model.emb.weight, 0, 0.1)
    ids = torch.randint(0, 512, (batch, time))
    rows = torch.randperm(batch * time)[: batch * time // 3]
    targets, weight = torch.randint(0, 512, rows.shape), torch.rand(rows.shape)
    weight /= weight.sum()
    each = F.cross_entropy(model(ids, rows), targets, reduction="none")
    (each * weight).sum().backward()
    b = model.blocks
    wanted = [model.emb.weight.grad, model.nf.w.grad]
    for x in b:
        wanted += [x.n1.w.grad, torch.cat([x.q.weight.grad, x.k.weight.grad, x.v.weight.grad]), x.o.weight.grad, x.n2.w.grad, torch.cat([x.g.weight.grad, x.u.weight.grad]), x.dn.weight.grad]
    fast = Fast(model, (0.9, 0.99))
    got = fast.gradients(ids, rows, targets, weight)
    loss = (got - each.detach()).abs().max().item()
    worst = max(((w.grad.float() - g).norm() / g.norm()).item() for w, g in zip(fast.weights, wanted))
    print(f"{batch} x {time}: loss differs by {loss:.3f}, gradients by {100 * worst:.1f} %")
    assert loss < 0.1 and worst < 0.04
    before = each.mean().item()
    for step in range(20):
        fast.gradients(ids, rows, targets, weight)
        fast.update(step, 1e-3)
    after = F.cross_entropy(model(ids, rows), targets).item()
    print(f"loss of the model itself after 20 steps: {before:.3f} to {after:.3f}")
    assert after < before - 0.5


check(4, 48)
check(1, 700)
