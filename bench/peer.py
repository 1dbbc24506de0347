"""
The PyTorch peer of bench/engine.ts: the same OLMo-1 model (pre-norm, LayerNorm without parameters, RoPE, SwiGLU, tied head), written
as one would for speed in plain PyTorch: one product for q, k, v, one for gate and up, fused attention where this PyTorch has it, fused
or foreach AdamW where it has it, a preallocated cache for sampling.

Started as `peer.py THREADS eager|compiled`. Compiled, the model goes through torch.compile, and sampling attends over the whole cache
with a mask, so that every step has the same shapes and one compilation serves all.

Reads one JSON object per line from stdin, {"config": ..., "what": "train" | "sample", "precision": "f32" | "bf16", "seconds": s},
and answers each with one line {"rate": median tokens/s, "best": ..., "loss": ...}, or {"failed": why}.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


COMPILED = sys.argv[2:] == ["compiled"]


def rotate(x, cosines, sines):
    half = x.shape[-1] // 2
    low, high = x[..., :half], x[..., half:]
    return torch.cat((low * cosines - high * sines, high * cosines + low * sines), dim=-1)


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.gate_up = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cosines, sines, mask, cache=None, position=0):
        batch, time_, width = x.shape
        static = torch.is_tensor(position)
        normed = F.layer_norm(x, (width,), eps=1e-5)
        q, k, v = (
            part.view(batch, time_, self.heads, width // self.heads).transpose(1, 2)
            for part in self.query_key_value(normed).split(width, dim=2)
        )
        q, k = rotate(q, cosines, sines), rotate(k, cosines, sines)
        if static:
            k = cache[0].index_copy_(2, position, k.to(cache[0].dtype))
            v = cache[1].index_copy_(2, position, v.to(cache[1].dtype))
        elif cache is not None:
            cache[0][:, :, position : position + time_] = k
            cache[1][:, :, position : position + time_] = v
            k, v = cache[0][:, :, : position + time_], cache[1][:, :, : position + time_]
        if hasattr(F, "scaled_dot_product_attention"):
            if static:
                y = F.scaled_dot_product_attention(q.to(k.dtype), k, v, attn_mask=mask)
            else:
                y = F.scaled_dot_product_attention(q, k, v, is_causal=mask is not None)
        else:
            scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(q.shape[-1]))
            if mask is not None:
                scores = scores.masked_fill(mask, float("-inf"))
            y = F.softmax(scores, dim=-1) @ v
        x = x + self.output(y.transpose(1, 2).reshape(batch, time_, width))
        gate, up = self.gate_up(F.layer_norm(x, (width,), eps=1e-5)).chunk(2, dim=2)
        return x + self.down(F.silu(gate) * up)


class Olmo(nn.Module):
    def __init__(self, vocabulary, width, layers, heads, context):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, 4 * width) for _ in range(layers))
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.02)
        head_width = width // heads
        frequency = 10000.0 ** (-torch.arange(0, head_width, 2) / head_width)
        angles = torch.arange(context)[:, None] * frequency[None, :]
        self.register_buffer("cosines", angles.cos())
        self.register_buffer("sines", angles.sin())
        self.register_buffer("mask", torch.triu(torch.ones(context, context, dtype=torch.bool), 1))

    def forward(self, tokens, cache=None, position=0):
        time_ = tokens.shape[1]
        x = self.embedding(tokens)
        if torch.is_tensor(position):  # one place, told by a tensor: all shapes stay the same
            cosines, sines = self.cosines[position], self.sines[position]
            mask = ~self.mask[position]
        else:
            cosines, sines = self.cosines[position : position + time_], self.sines[position : position + time_]
            mask = self.mask[:time_, :time_] if time_ > 1 else None
        for i, block in enumerate(self.blocks):
            x = block(x, cosines, sines, mask, None if cache is None else cache[i], position)
        return F.linear(F.layer_norm(x, (x.shape[-1],), eps=1e-5), self.embedding.weight)


def optimizer_of(model):
    options = dict(lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    for extra in ({"fused": True}, {"foreach": True}, {}):
        try:
            return torch.optim.AdamW(model.parameters(), **options, **extra)
        except (TypeError, RuntimeError):
            continue


def measure(step, tokens, seconds):
    for _ in range(2):
        step()
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        result = step()
        times.append(time.perf_counter() - start)
    times.sort()
    return {"rate": tokens / times[len(times) // 2], "best": tokens / times[0], "loss": result}


def train(config, precision, seconds):
    model = Olmo(config["vocabulary"], config["width"], config["layers"], config["heads"], config["context"])
    optimizer = optimizer_of(model)
    forward = torch.compile(model) if COMPILED else model
    inputs = torch.randint(0, config["vocabulary"], (config["batch"], config["context"]))
    targets = torch.randint(0, config["vocabulary"], (config["batch"], config["context"]))

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            logits = forward(inputs)
            loss = F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return measure(step, config["batch"] * config["context"], seconds)


def sample(config, precision, seconds):
    model = Olmo(config["vocabulary"], config["width"], config["layers"], config["heads"], config["context"]).eval()
    rows, head_width = config["rows"], config["width"] // config["heads"]
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    cache = [
        tuple(torch.zeros(rows, config["heads"], config["context"], head_width, dtype=kind) for _ in range(2))
        for _ in range(config["layers"])
    ]

    forward = torch.compile(model) if COMPILED else model
    positions = [torch.tensor([i]) if COMPILED else i for i in range(config["context"])]

    def step():
        tokens = torch.randint(0, config["vocabulary"], (rows, 1))
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            for position in range(config["context"] - 1):
                logits = forward(tokens, cache, positions[position])[:, -1].float()
                tokens = torch.multinomial(F.softmax(logits, dim=-1), 1)
        return 0.0

    return measure(step, rows * (config["context"] - 1), seconds)


def has_reference_blas():
    """Whether this PyTorch multiplies matrices with the reference BLAS, twenty times slower than a real one."""
    torch.rand(64, 64) @ torch.rand(64, 64)
    try:
        with open("/proc/self/maps") as maps:
            libraries = maps.read()
    except OSError:
        return False
    return "/blas/libblas.so" in libraries


def main():
    if COMPILED and not hasattr(torch, "compile"):
        return
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    print(json.dumps({"version": torch.__version__, "referenceBlas": has_reference_blas()}), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        run = train if job["what"] == "train" else sample
        try:
            answer = run(job["config"], job["precision"], job["seconds"])
        except Exception as error:  # what cannot be compiled here is no peer
            answer = {"failed": str(error).strip().split("\n")[0][:200]}
        print(json.dumps(answer), flush=True)


main()
