"""Merkle trees against the recursive definition of RFC 6962, section 2.1, written here once more."""

import hashlib

import pytest

from tocsin.store import merkle

SIZES = [*range(1, 34), 63, 64, 65, 100]


def leaves(number):
    return [merkle.leaf(bytes([i])) for i in range(number)]


def split(size):
    """The largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1


def defined_root(data):
    """MTH of the RFC, over data."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\0" + data[0]).digest()
    k = split(len(data))
    return hashlib.sha256(b"\1" + defined_root(data[:k]) + defined_root(data[k:])).digest()


def defined_path(m, data):
    """PATH of the RFC, 2.1.1."""
    if len(data) == 1:
        return []
    k = split(len(data))
    if m < k:
        return [*defined_path(m, data[:k]), defined_root(data[k:])]
    return [*defined_path(m - k, data[k:]), defined_root(data[:k])]


@pytest.mark.parametrize("size", [0, *SIZES])
def test_the_root_is_the_one_defined(size):
    data = [bytes([i]) for i in range(size)]
    assert merkle.root([merkle.leaf(one) for one in data]) == defined_root(data)


@pytest.mark.parametrize("size", SIZES)
def test_every_path_is_the_one_defined_and_proves_its_leaf_alone(size):
    data = [bytes([i]) for i in range(size)]
    hashed = leaves(size)
    root = merkle.root(hashed)
    for m in range(size):
        path = merkle.proof(hashed, m)
        assert path == defined_path(m, data)
        assert merkle.verify(hashed[m], m, size, path, root)
        assert not merkle.verify(merkle.leaf(b"other"), m, size, path, root)
        assert not merkle.verify(hashed[m], m, size, [*path, root], root)
        assert not merkle.verify(hashed[m], (m + 1) % size, size, path, root) or size == 1
        assert not path or not merkle.verify(hashed[m], m, size, path[:-1], root)


def test_roots_of_every_size_come_from_one_pass():
    hashed = leaves(100)
    wanted = set(range(130))
    assert merkle.prefix_roots(hashed, wanted) == {size: merkle.root(hashed[:size]) for size in range(101)}


def test_there_is_no_proof_for_a_leaf_outside():
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.proof(leaves(3), index)
    assert not merkle.verify(leaves(3)[0], 3, 3, [], leaves(3)[0])
