"""What all tests share: options, and a fixture that starts machines and surely ends them."""

import os
import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "guest"))
import kine  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="every machine size, the slow tests too")
    parser.addoption("--repeat", type=int, default=1, help="run the guest tests so often")


def pytest_sessionstart(session):
    """Logs are of this run only."""
    for log in kine.LOGS.glob("*.*"):
        log.unlink()


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: only with --full (make test-all)")
    config.addinivalue_line("markers", "exact: counts instructions; not on a kernel that checks itself")
    config.base_seed = int(os.environ.get("SEED", "1"))


def pytest_report_header(config):
    return f"random numbers from seed {config.base_seed}: SEED={config.base_seed} repeats them"


def pytest_generate_tests(metafunc):
    n = metafunc.config.getoption("repeat")
    if n > 1:
        first = metafunc.config.base_seed
        metafunc.parametrize("seed", range(first, first + n), ids=lambda s: f"seed={s}",
                             indirect=True, scope="session")  # one seed after the other


@pytest.fixture(autouse=True, scope="session")
def seed(request):
    """Where the test's random numbers begin."""
    return getattr(request, "param", request.config.base_seed)


def pytest_collection_modifyitems(config, items):
    unwanted = [] if config.getoption("full") else ["slow"]
    if "KASAN" in os.environ:
        unwanted.append("exact")
    skip = [i for i in items if any(map(i.get_closest_marker, unwanted))]
    for item in skip:
        items.remove(item)
    config.hook.pytest_deselected(items=skip)


@pytest.fixture
def machine(request):
    """machine(cpus=3, mem="128M", ...): a machine at its first prompt.

    boot=False leaves it switched off.  Every machine is ended with the test, and its image checked.
    """
    machines = []

    def new(boot=True, **options):
        m = kine.Machine(request.node.name, **options)
        machines.append(m)
        if boot:
            m.boot()
        return m

    yield new
    damaged = []
    for m in machines:
        try:
            m.close()
        except AssertionError as damage:
            damaged.append(str(damage))
    images, kine.private_images[:] = kine.private_images[:], []
    assert not damaged, "\n".join(damaged)  # the images stay, to be looked at
    for image in images:
        image.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def programs_tree(tmp_path_factory):
    """The project with the programs of tests/guest/programs dropped into user/, and built."""
    tree = kine.copy_tree(tmp_path_factory.mktemp("programs") / "a folder")
    for source in (kine.ROOT / "tests/guest/programs").glob("*.c"):
        shutil.copy(source, tree / "user")
    kine.make("fs.img", cwd=tree)
    return tree


@pytest.fixture(scope="session")
def debug_tree(tmp_path_factory):
    """The project as `make DEBUG=1` builds it."""
    tree = kine.copy_tree(tmp_path_factory.mktemp("debug") / "kine")
    kine.make("DEBUG=1", "all", cwd=tree)
    return tree
