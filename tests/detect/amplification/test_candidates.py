"""Candidates that come again, and who comes again with them."""

import numpy as np

from tocsin.detect.amplification.candidates import Candidate, Known, regulars, support
from tocsin.detect.amplification.contacts import PARTS, RUNS


def candidate(accounts, split=0, part=0, log_e=1.0):
    none = np.zeros(1)
    return Candidate(np.array(accounts, np.int32), log_e, 9.0, none, none, (split * PARTS + part) * RUNS)


def inside(*accounts):
    return np.isin(np.arange(12), accounts)


def test_of_each_fold_the_likest_comes_again():
    found = [
        candidate(range(12), part=0, log_e=9),
        candidate([0, 1, 2, 9], part=0, log_e=8),
        candidate([0, 1, 2], part=1, log_e=7),
        candidate([7, 8, 9], part=2, log_e=6),
    ]
    again = Known(found).again(inside(0, 1, 2, 3))
    assert again == {0: found[1], 1: found[2]}


def test_nothing_comes_again_of_nothing():
    assert Known([]).again(inside(1, 2)) == {}


def test_members_found_by_content_of_one_part_only_are_dropped():
    label = np.where(inside(0, 1, 2, 3, 4), 0, -1).astype(np.int32)
    again = {0: {fold: candidate([0, 1, 2], part=fold) for fold in range(4)} | {4: candidate([0, 1, 2, 3], split=1)}}
    assert regulars(label, again).tolist() == [0, 0, 0] + [-1] * 9


def test_a_quarter_of_the_folds_is_enough():
    label = np.where(inside(0, 1, 2, 3), 0, -1).astype(np.int32)
    folds = {fold: candidate([0, 1, 2] + [3] * (fold == 2), part=fold) for fold in range(4)}
    assert regulars(label, {0: folds}).tolist() == [0, 0, 0, 0] + [-1] * 8


def test_a_group_left_with_two_is_none():
    label = np.where(inside(0, 1, 2), 0, -1).astype(np.int32)
    assert (regulars(label, {0: {0: candidate([0, 1])}}) == -1).all()


def test_support_counts_no_content_twice():
    confirmed = [
        candidate([0, 1, 2], split=1, part=0, log_e=9),
        candidate([0, 1, 2], split=0, part=0, log_e=8),
        candidate([0, 1, 3], split=0, part=0, log_e=7),
        candidate([0, 1, 2], split=0, part=1, log_e=6),
    ]
    assert support(confirmed, inside(0, 1, 2)) == [confirmed[1], confirmed[3]]
