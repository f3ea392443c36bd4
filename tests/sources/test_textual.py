"""Lines are the same however the stream is cut into blocks, and a line costs its length."""

import io
import time

from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources.textual import Lines

TEXT = st.text(alphabet="ab\r\né", max_size=40).map(str.encode)


@given(TEXT, st.integers(1, 7))
def test_blocks_of_any_size_give_the_same_lines(data, block_bytes):
    found = b"".join(Lines(io.BytesIO(data), block_bytes=block_bytes))
    text = data.decode().replace("\r\n", "\n").replace("\r", "\n")
    wanted = text if text.endswith("\n") or not text else text + "\n"
    assert found.decode() == wanted


def test_a_line_of_many_blocks_costs_its_length():
    start = time.process_time()
    found = list(Lines(io.BytesIO(b"x" * (64 << 20)), block_bytes=1 << 16))
    assert time.process_time() - start < 5  # 1,024 blocks; put together anew for each it would be 32 GB
    assert [len(block) for block in found] == [(64 << 20) + 1]
