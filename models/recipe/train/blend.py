"""Writes weights between two masters: blend.py START END SHARE OUT [THETA]; SHARE 1 is END. What a short training forgot comes back.

THETA is written as the rotary base: with a higher one than in training, the angles between distant tokens are those that
training saw between nearer ones, so recall reaches further than the texts it was trained on.
"""
import sys

from model import *


def main():
    start, end, share, out, *theta = sys.argv[1:]
    a, (b, meta) = load_safetensors(start)[0], load_safetensors(end)
    if theta:
        meta["theta"] = theta[0]
    save_safetensors(out, {name: torch.lerp(a[name], b[name], float(share)) for name in b}, meta, np.float16)


if __name__ == "__main__":
    main()
