"""Doubts about what a value rests on: who believes too much of the work believes any value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from capacity.engine.effects import KINDS
from capacity.engine.layout import Layout
from capacity.errors import Mistake
from capacity.past import POINTS, derived_coverage
from capacity.scenario.document import Plan
from capacity.scenario.segment import Effect

_OBSERVED = re.compile(r"observational|correlat|regression", re.IGNORECASE)
"""Words of a source that has watched, and not tried: who gets more work differs in other ways."""


def guards(layout: Layout) -> tuple[Mistake, ...]:
    """Warnings for whoever asks what the work is worth."""
    plan, place = layout.plan, layout.scenario.marked.place
    found = [
        *_addressable(plan),
        *_sources(plan),
        *_coverage(layout),
        *_rate(plan),
        *_feedback(plan),
    ]
    return tuple(Mistake(place(path), ".".join(path), text) for path, text in found)


def _feedback(plan: Plan) -> Iterator[tuple[tuple[str, ...], str]]:
    if not plan.simulation.feedback:
        text = "is off, so no work does anything for anybody, and a team only costs. Leave it out"
        yield ("simulation", "feedback"), text


def _addressable(plan: Plan) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, segment in plan.segments.items():
        if segment.addressable and segment.addressable.median >= 1:
            text = (
                "100% says that nobody ever leaves by insolvency or merger, which overstates what "
                "the work is worth. Leave out what nobody can move"
            )
            yield ("segments", name, "addressable"), text


def _effects(plan: Plan) -> Iterator[tuple[tuple[str, ...], Effect]]:
    """All effects of the work, each with its path."""
    if plan.value:
        yield ("value", "if_stopped"), plan.value.if_stopped
    for name, segment in plan.segments.items():
        if segment.if_stopped:
            yield ("segments", name, "if_stopped"), segment.if_stopped
    for name, task in plan.tasks.items():
        if task.if_stopped:
            yield ("tasks", name, "if_stopped"), task.if_stopped


def _sources(plan: Plan) -> Iterator[tuple[tuple[str, ...], str]]:
    for path, effect in _effects(plan):
        for kind in KINDS:
            factor = getattr(effect, kind)
            if factor is None:
                continue
            source, note = factor.source or effect.source, factor.note or effect.note
            if not source:
                text = "has no source, and the value of the work hangs on it. Say who judged it"
                yield (*path, kind), text
            elif _OBSERVED.search(f"{source} {note or ''}"):
                text = (
                    "comes from watching and not from an experiment: customers who get more work "
                    "differ in other ways, too. Take it for an upper bound"
                )
                yield (*path, kind), text


def _coverage(layout: Layout) -> Iterator[tuple[tuple[str, ...], str]]:
    """The worst of each task whose coverage of the past is derived and not nearly all of it."""
    for task, covered in derived_coverage(layout).items():
        if covered >= 1 - POINTS:
            continue
        text = (
            f"today's team would do {covered:.0%} of it, by which today's churn is explained. "
            "If that is not so, write `coverage_today`"
        )
        yield ("tasks", task), text


def _rate(plan: Plan) -> Iterator[tuple[tuple[str, ...], str]]:
    rate = plan.finance.discount_rate
    below = [version.median for version in rate.versions if version.median < 0] if rate else []
    if below:
        text = (
            f"{100 * below[0]:g}% is below 0, so money counts more the later it comes. "
            "Write what capital costs a year, as in 10%"
        )
        yield ("finance", "discount_rate"), text
