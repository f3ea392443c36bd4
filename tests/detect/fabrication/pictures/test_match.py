"""Pictures are led back to what they were made from, whatever was done; unrelated ones and shared layouts are not."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.detect.fabrication.pictures import drawn
from tests.detect.fabrication.pictures.drawn import EDITS, jpeg, scene

from tocsin.detect.fabrication.pictures import PictureIndex, compare, hash_picture, laid, match
from tocsin.errors import InputError, UsageError

OTHERS = 4
SOME = ("caption bar", "mirrored and cut")


@pytest.fixture(scope="module")
def gallery():
    return [hash_picture(jpeg(scene(seed), 90)) for seed in range(OTHERS)]


def check(gallery, names):
    edits = {name: EDITS[name] for name in names}
    edited = [hash_picture(jpeg(edit(scene(n % OTHERS)), 70)) for n, (edit, _) in enumerate(edits.values())]
    found = match(edited, gallery)
    assert [one.original for one in found] == [n % OTHERS for n in range(len(edits))]
    told = {name: one.change for name, one in zip(edits, found, strict=True)}
    assert {name for name, (_, word) in edits.items() if word not in told[name]} == set(), told
    assert all(one.verified.holds for one in found)


def test_edits_are_led_back_and_told(gallery):
    check(gallery, SOME)


@pytest.mark.slow
def test_every_edit_is_led_back_and_told(gallery):
    check(gallery, EDITS)


@pytest.mark.slow
def test_unrelated_pictures_and_shared_layouts_do_not_match(gallery):
    assert match(gallery) == []
    pages = [hash_picture(jpeg(drawn.screenshot(scene(seed), 0.6))) for seed in range(100, 102)]
    captioned = [hash_picture(jpeg(drawn.caption(scene(seed)))) for seed in range(200, 202)]
    assert match([*pages, *captioned]) == []


def test_one_form_with_other_contents_is_not_one_picture():
    """Charts on one grid, maps of one country, photographs in one frame."""
    shown = [drawn.chart(1), drawn.chart(2), drawn.coloured_map(1), drawn.coloured_map(2)]
    shown += [drawn.ornate(scene(seed)) for seed in (300, 301)]
    hashed = [hash_picture(jpeg(one, 85)) for one in shown]
    assert match(hashed) == []
    again = hash_picture(jpeg(drawn.cut(shown[2], 0, 0.05, 0.05, 0), 60))
    assert [one.original for one in match([again], hashed)] == [2]


@pytest.mark.slow
def test_each_is_led_back_to_the_first_not_to_a_copy_between(gallery):
    first = scene(3)
    steps = [first, drawn.cut(first, 0.1, 0.1, 0.1, 0.1), drawn.caption(first), first.resize((300, 225))]
    assert [one.original for one in match([gallery[0], *(hash_picture(jpeg(one)) for one in steps)])] == [1, 1, 1]


def test_one_is_compared_with_one(gallery):
    copy = hash_picture(jpeg(drawn.cut(scene(2), 0.2, 0.1, 0, 0)))
    assert compare(copy, gallery[2]).change == "crop"
    assert compare(copy, gallery[1]) is None


def test_soft_colours_without_a_point_are_found_by_their_colours_and_one_shade_is_not():
    down, right = (np.asarray(Image.linear_gradient("L").rotate(turn), np.uint8) for turn in (0, 90))
    soft = Image.fromarray(np.stack([down, right, 255 - down], axis=2)).resize((600, 400))
    other = Image.fromarray(np.stack([right, down, down], axis=2)).resize((600, 400))
    gallery = [hash_picture(jpeg(one, 90)) for one in (other, soft, Image.new("RGB", (600, 400), "skyblue"))]
    asked = [soft.transpose(Image.Transpose.ROTATE_90).resize((200, 300)), Image.new("RGB", (600, 400), "skyblue")]
    found = match([hash_picture(jpeg(one)) for one in asked], gallery)
    assert [(one.picture, one.original) for one in found] == [(0, 1)]
    assert found[0].change.startswith("turned by 90 degrees")


def test_a_hash_is_looked_up_however_the_picture_is_turned(gallery):
    index = PictureIndex([one.hex for one in gallery] + ["no hash"])
    turned = hash_picture(jpeg(scene(3).rotate(90, expand=True), 90))
    near = index.search(turned)
    assert [(one.row, one.mirrored, one.quarters) for one in near] == [(3, False, 3)]  # three more quarters undo it
    assert index.search(gallery[2].hex)[0][:2] == (2, 0)
    framed = hash_picture(jpeg(drawn.EDITS["frame"][0](scene(0)), 90))
    assert [one.row for one in index.search(framed)] == [0]
    with pytest.raises(UsageError, match="no PDQ hash"):
        index.search("abc")


@pytest.mark.slow
def test_two_are_laid_side_by_side_with_what_differs(gallery):
    one, other = jpeg(drawn.written_over(scene(1))), jpeg(scene(1), 90)
    image = np.asarray(Image.open(io.BytesIO(laid(one, other))).convert("RGB"), int)
    framed = (image[..., 0] > 190) & (image[..., 1:].max(axis=2) < 20)
    assert framed[: image.shape[0] // 4].sum() == 0
    assert framed[image.shape[0] // 2 :].sum() > 200
    with pytest.raises(InputError, match="do not agree"):
        laid(one, jpeg(scene(2)))
