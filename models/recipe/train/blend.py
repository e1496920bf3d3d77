"""Writes weights between two masters: blend.py START END SHARE OUT; SHARE 1 is END. What a short training forgot comes back."""
import sys

from train import *


def main():
    start, end, share, out = sys.argv[1:5]
    a, (b, meta) = load_safetensors(start)[0], load_safetensors(end)
    save_safetensors(out, {name: torch.lerp(a[name], b[name], float(share)) for name in b}, meta, np.float16)


if __name__ == "__main__":
    main()
