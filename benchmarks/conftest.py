"""What stands in the history of `speed.py`: the machine and the versions, and nobody's names."""

from __future__ import annotations

from importlib.metadata import version

_OF_MACHINE = ("machine", "system", "python_version", "cpu")
_OF_CPU = ("brand_raw", "count", "hz_advertised_friendly")


def pytest_benchmark_update_machine_info(config, machine_info) -> None:
    del config
    cpu = machine_info.get("cpu", {})
    kept = {name: machine_info[name] for name in _OF_MACHINE if name in machine_info}
    machine_info.clear()
    machine_info |= kept | {"cpu": {name: cpu[name] for name in _OF_CPU if name in cpu}}
    machine_info["versions"] = {name: version(name) for name in ("cs-capacity", "numpy", "scipy")}


def pytest_benchmark_update_commit_info(config, commit_info) -> None:
    del config
    for name in ("project", "branch", "author_time"):
        commit_info.pop(name, None)
