"""A book survives the way to another process."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import capacity

BOOK = capacity.load("scenarios/base.yaml").book


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), min_size=1, max_size=30))
def test_a_book_is_the_same_after_it_has_travelled(ids: list[str]) -> None:
    """Whatever its ids hold, a zero character and nothing at all included."""
    rows = np.arange(len(ids))
    for book in (replace(BOOK.take(rows), ids=ids), BOOK.take(rows[:0])):
        found = pickle.loads(pickle.dumps(book))
        assert list(found.ids) == list(book.ids)
        for field in fields(book):
            if field.name not in ("ids", "names", "figures"):
                np.testing.assert_array_equal(getattr(found, field.name), getattr(book, field.name))
