"""Contests in a line."""

from tocsin.model.ballot import Choice, Contest


def contest(votes, cards=None, **more):
    choices = tuple(Choice(id=c, name=c) for c in votes)
    return Contest(id="c", name="c", choices=choices, votes=votes, cards=cards or sum(votes.values()), **more)
