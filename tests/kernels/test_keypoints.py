"""Points are found again in a moved and a mirrored picture, and the mapping they agree on is the one that was made."""

import numpy as np
from PIL import Image, ImageOps
from tests.detect.fabrication.pictures.drawn import scene

from tocsin.kernels.alignment import blocks, pose
from tocsin.kernels.keypoints import keypoints


def bright(picture):
    return np.asarray(picture.convert("L"), np.float32)


def pairs(one, other, codes):
    apart = np.bitwise_count(codes[:, None] ^ other.codes[None]).sum(axis=2)
    near = np.flatnonzero(apart.min(axis=1) <= 15)
    return one.places[near].copy(), other.places[apart.argmin(axis=1)[near]]


def test_the_mapping_of_a_turned_and_scaled_picture_is_found():
    original = scene(1)
    angle, scale = np.radians(20), 0.8
    # PIL asks for the mapping from the new picture to the old one, which is what a pose says.
    made = np.array([[np.cos(angle), -np.sin(angle), 60], [np.sin(angle), np.cos(angle), -20]])
    made[:, :2] /= scale
    moved = original.transform((400, 300), Image.Transform.AFFINE, made.ravel().tolist(), Image.Resampling.BICUBIC)
    one, other = keypoints(bright(moved)), keypoints(bright(original))
    found = pose(*pairs(one, other, one.codes), 520)
    assert found.support > 20
    assert np.allclose(found.affine[:, :2], made[:, :2], atol=0.01)
    assert np.allclose(found.affine[:, 2], made[:, 2], atol=3)
    agreed = blocks(bright(moved), bright(original), found.affine).correlation
    assert np.nanmedian(agreed) > 0.95
    assert np.isnan(agreed).any()  # the turned picture looks past the edge of the original


def test_points_of_a_mirrored_picture_have_the_mirrored_bits():
    original = scene(2)
    one, other = keypoints(bright(original)), keypoints(bright(ImageOps.mirror(original)))
    places, there = pairs(one, other, one.mirrored)
    places[:, 0] = original.width - 1 - places[:, 0]
    places[:, 3] = np.pi - places[:, 3]
    found = pose(places, there, 520)
    assert found.support > 100
    assert np.allclose(found.affine, [[1, 0, 0], [0, 1, 0]], atol=0.3)
    assert pose(*pairs(one, other, one.codes), 520).support < 6
