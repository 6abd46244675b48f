"""Luck that belongs to things: found by name, uniform, and unrelated between any two things."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.rng import BLOCK, Luck, key, keys, numbered

NAMES = keys(("account", f"ACC-{i}") for i in range(500))
TRIALS = 10 * BLOCK


def ten_blocks(seed: int, batch: int) -> Luck:
    return Luck(seed, range(10 * batch, 10 * batch + 10))


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Uniforms of 500 things over 20 batches, shape (500, 10,000)."""
    return np.hstack([ten_blocks(7, batch).uniforms(NAMES) for batch in range(20)])


def chi_square(uniforms: np.ndarray, bins: int) -> float:
    """Probability of so uneven a histogram."""
    found = np.bincount((uniforms.ravel() * bins).astype(int), minlength=bins)
    return stats.chisquare(found).pvalue


def test_equal_names_have_equal_keys_and_draws() -> None:
    assert key("account", "ACME") == key("account", "ACME")
    of = keys([("seat", "csm", 1), ("seat", "csm", 2), ("seat", "csm", 1)])
    u = ten_blocks(3, 0).uniforms(of)
    assert (u[0] == u[2]).all()
    assert (u[0] != u[1]).all()


def test_parts_of_a_name_do_not_run_together() -> None:
    assert len({key("a", "bc"), key("ab", "c"), key("abc")}) == 3


def test_keys_are_the_same_on_every_machine() -> None:
    """BLAKE2b of the parts joined by NUL, 64 bits, little end first: frozen here on purpose."""
    import hashlib

    digest = hashlib.blake2b("kunde\0Çelik 工業".encode(), digest_size=8).digest()
    assert key("kunde", "Çelik 工業") == int.from_bytes(digest, "little")


def test_a_draw_does_not_depend_on_its_neighbours() -> None:
    luck = ten_blocks(11, 2)
    together = luck.uniforms(NAMES)
    assert (luck.uniforms(NAMES[137:138])[0] == together[137]).all()
    assert (luck.uniforms(NAMES[::-1])[::-1] == together).all()


@pytest.mark.parametrize(("seed", "batch"), [(12, 0), (11, 1)])
def test_another_seed_or_batch_is_other_luck(seed: int, batch: int) -> None:
    a, b = ten_blocks(11, 0).uniforms(NAMES), ten_blocks(seed, batch).uniforms(NAMES)
    assert (a != b).mean() > 0.999
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)


def test_uniforms_lie_strictly_between_0_and_1(draws: np.ndarray) -> None:
    assert draws.min() > 0
    assert draws.max() < 1


@pytest.mark.parametrize("bins", [2, 10, 100, 1000, 4096])
def test_uniforms_are_uniform(draws: np.ndarray, bins: int) -> None:
    assert 1e-4 < chi_square(draws, bins) < 1 - 1e-4


def test_every_thing_is_uniform_by_itself(draws: np.ndarray) -> None:
    p = [stats.kstest(u, "uniform").pvalue for u in draws]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_every_trial_is_uniform_over_the_things(draws: np.ndarray) -> None:
    p = [stats.kstest(u, "uniform").pvalue for u in draws[:, :1000].T]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_low_bits_are_uniform_too(draws: np.ndarray) -> None:
    assert 1e-4 < chi_square(draws * 2**20 % 1, 64) < 1 - 1e-4


@pytest.mark.parametrize("lag", [0, 1, 2, 100, 500])
def test_things_are_unrelated_at_every_lag(draws: np.ndarray, lag: int) -> None:
    """Over all 124,750 pairs, correlations spread as those of independent numbers do."""
    x = (draws - 0.5) * np.sqrt(12)
    count = x.shape[1] - lag
    correlation = x[:, :count] @ x[:, lag:].T / count
    z = correlation[~np.eye(500, dtype=bool)] * np.sqrt(count)
    assert np.abs(z).max() < 5.5
    assert z.mean() == pytest.approx(0, abs=0.02)
    assert z.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("lag", [1, 2, 3, 50, 100, 500])
def test_a_thing_is_unrelated_to_its_own_other_trials(draws: np.ndarray, lag: int) -> None:
    x = (draws - 0.5) * np.sqrt(12)
    z = (x[:, lag:] * x[:, :-lag]).sum(axis=1) / np.sqrt(x.shape[1] - lag)
    assert np.abs(z).max() < 4.5
    assert (z**2).sum() == pytest.approx(500, abs=4 * np.sqrt(2 * 500))


def test_blocks_are_unrelated(draws: np.ndarray) -> None:
    x = (draws - 0.5) * np.sqrt(12)
    blocks = x.reshape(500, -1, BLOCK).transpose(1, 0, 2).reshape(-1, 500 * BLOCK)
    z = np.corrcoef(blocks)[np.triu_indices(len(blocks), 1)] * np.sqrt(500 * BLOCK)
    assert np.abs(z).max() < 4.5


@pytest.mark.parametrize("step", [1, 2, 1 << 32, 0x9E3779B97F4A7C15])
def test_neighbouring_keys_are_unrelated(step: int) -> None:
    of = np.uint64(12345) + np.arange(500, dtype=np.uint64) * np.uint64(step)
    x = (np.hstack([ten_blocks(1, b).uniforms(of) for b in range(4)]) - 0.5) * np.sqrt(12)
    z = (x[1:] * x[:-1]).sum(axis=1) / np.sqrt(x.shape[1])
    assert np.abs(z).max() < 4.5
    assert z.std() == pytest.approx(1, abs=4 / np.sqrt(2 * len(z)))


def test_occurrences_of_a_thing_are_unrelated() -> None:
    """The months of one account, and the same month of neighbouring accounts."""
    months = np.arange(24_300, 24_400)
    of = numbered(NAMES[:20, None], months).ravel()
    assert len(np.unique(of)) == 2000
    x = (ten_blocks(5, 0).uniforms(of) - 0.5) * np.sqrt(12)
    z = (x @ x.T)[np.triu_indices(2000, 1)] / np.sqrt(TRIALS)
    assert z.std() == pytest.approx(1, abs=0.01)
    assert np.abs(z).max() < 6.5
    assert 1e-4 < chi_square(x / np.sqrt(12) + 0.5, 100) < 1 - 1e-4


def test_equal_base_and_number_have_an_equal_key() -> None:
    assert (numbered(NAMES, 3) == numbered(NAMES, 3)).all()
    assert not (numbered(NAMES, 3) == numbered(NAMES, 4)).any()
    assert not (numbered(NAMES, -1) == NAMES).any()


def test_numbering_leaves_the_keys_as_they_were() -> None:
    before = NAMES.copy()
    numbered(NAMES, 5)
    ten_blocks(0, 0).stratified(NAMES)
    assert (before == NAMES).all()


def test_each_hundredth_comes_once_in_a_block() -> None:
    u = ten_blocks(2, 3).stratified(NAMES).reshape(500, -1, BLOCK)
    strata = np.sort(np.floor(u * BLOCK).astype(int), axis=2)
    assert (strata == np.arange(BLOCK)).all()


def test_stratified_uniforms_are_uniform_within_their_strata() -> None:
    u = ten_blocks(2, 3).stratified(NAMES)
    assert 1e-4 < chi_square(u * BLOCK % 1, 100) < 1 - 1e-4


def test_strata_are_dealt_without_order_or_relation() -> None:
    x = (ten_blocks(2, 3).stratified(NAMES) - 0.5) * np.sqrt(12)
    z = (x @ x.T)[np.triu_indices(500, 1)] / np.sqrt(TRIALS)
    assert z.std() == pytest.approx(1, abs=0.02)
    assert np.abs(z).max() < 5.5
    place = np.linspace(-1, 1, BLOCK) * np.sqrt(3)
    along = (x.reshape(-1, BLOCK) @ place) / np.sqrt(BLOCK)
    assert along.mean() == pytest.approx(0, abs=4 / np.sqrt(len(along)))


def test_stratified_draws_belong_to_their_name_alone() -> None:
    luck = ten_blocks(2, 3)
    assert (luck.stratified(NAMES[99:100])[0] == luck.stratified(NAMES)[99]).all()


def test_a_mean_by_strata_is_far_more_exact() -> None:
    luck = ten_blocks(9, 0)
    plain = luck.uniforms(NAMES).reshape(-1, BLOCK).mean(axis=1).std()
    stratified = luck.stratified(NAMES).reshape(-1, BLOCK).mean(axis=1).std()
    assert stratified < plain / 50
