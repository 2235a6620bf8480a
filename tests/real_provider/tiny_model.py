"""A language model of a few kilobytes with random weights, as a GGUF file that llama.cpp loads.

It has learned nothing and answers with noise, but everything around it is real: tokenizer, sampling, grammars,
context. Tokens are printable characters, so that its noise is text; other bytes can be read but are never chosen.
"""

import string
from pathlib import Path

import gguf
import numpy as np

CONTEXT = 2048
_WIDTH = 64
_HEADS = 4
_LAYERS = 2
_INNER = 128
_SPACE = "\u2581"  # how SentencePiece writes a space


def write(path: Path) -> None:
    """Write the model to ``path``; always the same one."""
    names, kinds, scores = _vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(names)
    writer.add_token_types(kinds)
    writer.add_token_scores(scores)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, tensor in _tensors(kinds).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary() -> tuple[list[str], list[int], list[float]]:
    characters = [_SPACE, *string.ascii_letters, *string.digits, *string.punctuation]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *characters]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * len(characters)
    return names, [int(kind) for kind in kinds], [0.0] * len(names)


def _tensors(kinds: list[int]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed=1)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return random.standard_normal((rows, columns), dtype=np.float32) / np.float32(np.sqrt(columns))

    ones = np.ones(_WIDTH, dtype=np.float32)
    output = 4 * matrix(len(kinds), _WIDTH)
    output[np.array(kinds) != gguf.TokenType.NORMAL] = 0  # some character always scores above zero
    tensors = {"token_embd.weight": matrix(len(kinds), _WIDTH), "output_norm.weight": ones, "output.weight": output}
    for layer in range(_LAYERS):
        tensors |= {
            f"blk.{layer}.attn_norm.weight": ones,
            f"blk.{layer}.attn_q.weight": matrix(_WIDTH, _WIDTH),
            f"blk.{layer}.attn_k.weight": matrix(_WIDTH, _WIDTH),
            f"blk.{layer}.attn_v.weight": matrix(_WIDTH, _WIDTH),
            f"blk.{layer}.attn_output.weight": matrix(_WIDTH, _WIDTH),
            f"blk.{layer}.ffn_norm.weight": ones,
            f"blk.{layer}.ffn_gate.weight": matrix(_INNER, _WIDTH),
            f"blk.{layer}.ffn_up.weight": matrix(_INNER, _WIDTH),
            f"blk.{layer}.ffn_down.weight": matrix(_WIDTH, _INNER),
        }
    return tensors
