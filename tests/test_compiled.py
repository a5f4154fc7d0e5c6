"""The compiled form is equal to its policy, and is read only if this user wrote it."""

import json
import marshal
import os
import subprocess
import sys
import time
from datetime import date
from importlib.util import source_hash
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from conftest import Cli
from hypothesis import HealthCheck, given, settings
from policy_trees import edited_trees, read

from zsupport.clock.model import Year
from zsupport.errors import InvalidPolicy
from zsupport.library import Policy, list_shipped, load
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Revision
from zsupport.sources import cache
from zsupport.sources.cache import CachedHolidays
from zsupport.sources.find import find, shipped_policies

ACME = Path(__file__).parent / "policies" / "acme.yaml"
NAMES = [*shipped_policies(), str(ACME)]
KEY = b"an identity"
OTHER = b"another identity"
NOBODY = 65534
ROOT = os.geteuid() == 0
BASE = (
    "format: 1\npolicy: p\nplans: {free: Free}\n"
    "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
)
MANY = settings(
    deadline=None, max_examples=150, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def revisions_of(name: str) -> tuple[Revision, ...]:
    return load(name, cache=False).revisions


@pytest.fixture(scope="module")
def acme() -> tuple[Revision, ...]:
    return revisions_of(str(ACME))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "cache" / "zsupport")


def name_of(identity: bytes) -> str:
    """Return the file name of a cache entry."""
    return f"{cache.checksum(identity)[:4].hex()}-{len(identity):x}.kept"


def entry(body: bytes, identity: bytes = KEY) -> bytes:
    """Return the content of an entry: a checksum of the rest, the identity, then the body."""
    return cache.checksum(identity + body) + identity + body


def put(folder: str, content: bytes, identity: bytes = KEY) -> Path:
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
    path = Path(folder, name_of(identity))
    path.write_bytes(content)
    path.chmod(0o600)
    return path


# -- equality -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES, ids=lambda name: Path(name).stem)
def test_compiled_policy_is_equal_to_the_policy(name: str, folder: str) -> None:
    revisions = revisions_of(name)
    cache.cache_policy(folder, KEY, revisions)
    result = cache.cached_policy(folder, KEY)
    assert result == revisions
    # Tuples of other classes would be equal too, so compare their texts, which name the class.
    assert repr(result) == repr(revisions)


@MANY
@given(tree=edited_trees(most=1))
def test_compiled_form_of_changed_policies_is_equal(
    tree: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        revision = read(tree)
    except InvalidPolicy:
        return
    folder = str(tmp_path_factory.getbasetemp() / "changed")
    cache.cache_policy(folder, KEY, (revision,))
    assert repr(cache.cached_policy(folder, KEY)) == repr((revision,))


def test_compiled_form_keeps_names_and_texts_of_any_kind(folder: str, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9 \n.yaml"
    with open(path, "wb") as stream:
        stream.write((BASE + 'title: {nb: "Støtte \\u0000\\u2028\\ud7ff😀"}\n').encode())
    revisions = revisions_of(os.fsdecode(path))
    assert revisions[0].file == os.fsdecode(b"caf\xe9 \n.yaml")
    cache.cache_policy(folder, KEY, revisions)
    assert cache.cached_policy(folder, KEY) == revisions


def test_the_second_call_parses_no_yaml(cli: Cli, tmp_path: Path) -> None:
    def ask(*options: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "zsupport", "channels", *options],
            capture_output=True, text=True, check=True, cwd=tmp_path,
            env=cli.environment({"XDG_CACHE_HOME": str(tmp_path / "cache")}),
        )  # fmt: skip

    def imported(done: "subprocess.CompletedProcess[str]") -> set[str]:
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rpartition("|")[2].strip() for line in lines}

    arguments = ("--policy", str(ACME), "--plan", "pro", "--role", "admin")
    first, second = ask(*arguments), ask(*arguments)
    assert first.stdout == second.stdout
    assert "web\n" in first.stdout
    assert {"yaml", "zsupport.policy.loader"} <= imported(first)
    assert "zsupport.policy.compiled" in imported(second)
    assert not {"yaml", "zsupport.policy.loader", "zsupport.policy.shape"} & imported(second)


# -- the name of an entry -------------------------------------------------------------------------


def source(name: str = "p.yaml", data: bytes = b"x", shown: str = "p.yaml") -> SourceFile:
    return SourceFile(name, data, "", shown)


def test_identity_depends_on_content_names_and_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    identity = cache.policy_identity((source(),))
    assert cache.policy_identity((source(name="".join(["p.", "yaml"])),)) == identity
    # The compiled form does not have the shown name of a file.
    assert cache.policy_identity((source(shown="../p.yaml"),)) == identity
    identities = [
        cache.policy_identity((source(data=b"y"),)),
        cache.policy_identity((source(name="q.yaml"),)),
        cache.policy_identity((source(), source(name="q.yaml"))),
        cache.policy_identity((source(name="q.yaml"), source())),
        cache.policy_identity((source(data=b"xx"), source(name="q.yaml", data=b""))),
        cache.policy_identity((source(name="p.yaml', 1)"),)),
    ]
    changes: tuple[tuple[str, object], ...]
    changes = (("VERSION", "9.9.9"), ("FORMAT", 2), ("_PYTHON", ("cpython", 1, 4)), ("LAYOUT", ""))
    for name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(cache, name, value)
            identities.append(cache.policy_identity((source(),)))
    with monkeypatch.context() as patch:
        patch.setattr("tzdata.__version__", "1999.1")
        identities.append(cache.policy_identity((source(),)))
    assert identity not in identities
    assert len(set(identities)) == len(identities)


def test_two_identities_with_the_same_name_are_distinguished(folder: str) -> None:
    by_name: dict[str, bytes] = {}
    for number in count():
        other = b"%08d" % number
        first = by_name.setdefault(name_of(other), other)
        if first != other:
            break
    assert name_of(first) == name_of(other)
    cache.write_entry(folder, first, 1)
    assert cache.read_entry(folder, first) == 1
    assert cache.read_entry(folder, other) is None
    cache.write_entry(folder, other, 2)
    assert cache.read_entry(folder, other) == 2
    assert cache.read_entry(folder, first) is None
    assert os.listdir(folder) == [name_of(first)]


def test_a_changed_policy_gives_a_changed_answer(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(BASE)
    stamp = path.stat()
    ask = ("channels", "--policy", str(path), "--plan", "free")
    assert cli(*ask).stdout == "web\n"
    path.write_text(BASE.replace("web:", "mob:").replace("allow: web", "allow: mob"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert cli(*ask).stdout == "mob\n"


def test_same_content_with_two_names_has_two_entries(cli: Cli, tmp_path: Path) -> None:
    answers = []
    for name in ("a.yaml", "b.yaml", "a.yaml"):
        (tmp_path / name).write_text(BASE)
        run = cli("channels", "--policy", str(tmp_path / name), "--format", "json")
        answers.append(json.loads(run.stdout)["policy"]["file"])
    assert answers == ["a.yaml", "b.yaml", "a.yaml"]


# -- the folder -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/zsupport"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/zsupport"),
        ({"XDG_CACHE_HOME": "rel/ative", "HOME": "/h"}, "/h/.cache/zsupport"),
        ({"HOME": "/h"}, "/h/.cache/zsupport"),
        ({"HOME": "h"}, None),
        ({"HOME": ""}, None),
        ({}, None),
        ({"XDG_CACHE_HOME": "relative"}, None),
        ({"XDG_CACHE_HOME": "/x", "ZSUPPORT_CACHE": "off"}, None),
        ({"XDG_CACHE_HOME": "/x", "ZSUPPORT_CACHE": "OFF"}, None),
        ({"XDG_CACHE_HOME": "/x", "ZSUPPORT_CACHE": "0"}, None),
        ({"XDG_CACHE_HOME": "/x", "ZSUPPORT_CACHE": ""}, "/x/zsupport"),
        ({"XDG_CACHE_HOME": "/x", "ZSUPPORT_CACHE": "on"}, "/x/zsupport"),
    ],
)
def test_place_of_the_folder(environment: dict[str, str], folder: str | None) -> None:
    assert cache.cache_folder(environment) == folder


@pytest.mark.parametrize(
    "environment",
    [
        {"ZSUPPORT_CACHE": "off"},
        {"HOME": "", "XDG_CACHE_HOME": ""},
        {"HOME": "", "XDG_CACHE_HOME": "relative"},
    ],
)
def test_without_a_folder_questions_are_answered_without_cache(
    environment: dict[str, str], cli: Cli, tmp_path: Path
) -> None:
    for _ in range(2):
        run = cli("channels", "--plan", "pro", "--role", "owner", env=environment, cwd=tmp_path)
        assert (run.stdout, run.stderr, run.code) == ("help-center\nweb\n", "", 0)
    assert list(tmp_path.iterdir()) == []


def test_folder_is_private_to_the_user(cli: Cli, tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    script = 'umask 0; exec "$@"'
    command = ["sh", "-c", script, "sh", *cli.command("channels", "--plan", "pro", "-q")]
    env = cli.environment({"XDG_CACHE_HOME": str(home)})
    assert subprocess.run(command, env=env, cwd=tmp_path, check=False).returncode == 0
    for path in (tmp_path / "a", home, home / "zsupport"):
        assert path.stat().st_mode & 0o777 == 0o700, path
    (kept,) = (home / "zsupport").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.name.endswith(".kept")


def test_invalid_policies_are_not_cached(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(BASE + "plan: x\n")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    texts = {
        cli("channels", "--policy", str(path), env={**cache, "PYTHONHASHSEED": seed}).stderr
        for seed in "12"
    }
    assert len(texts) == 1
    assert not (tmp_path / "cache").exists()


# -- untrusted entries ----------------------------------------------------------------------------


def refuses(folder: str, revisions: tuple[Revision, ...]) -> bool:
    """Return whether the cache neither reads nor writes in a folder."""
    before = sorted(os.listdir(folder)) if os.path.isdir(folder) else None
    assert cache.cached_policy(folder, KEY) is None
    cache.cache_policy(folder, OTHER, revisions)
    after = sorted(os.listdir(folder)) if os.path.isdir(folder) else None
    return before == after


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o707, 0o750, 0o755, 0o701, 0o777, 0o1777])
def test_folder_that_other_users_can_enter_is_not_used(
    mode: int, folder: str, acme: tuple[Revision, ...]
) -> None:
    cache.cache_policy(folder, KEY, acme)
    assert cache.cached_policy(folder, KEY) == acme
    os.chmod(folder, mode)
    assert refuses(folder, acme)


def test_a_folder_of_another_user_is_not_used(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.cache_policy(folder, KEY, acme)
    if ROOT:
        os.chown(folder, NOBODY, NOBODY)
    else:  # only root can change the owner, so the process gets another user id
        somebody_else = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    assert refuses(folder, acme)


def test_a_folder_behind_a_link_is_not_used(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.cache_policy(folder, KEY, acme)
    os.rename(folder, folder + "-elsewhere")
    os.symlink(folder + "-elsewhere", folder)
    assert refuses(folder, acme)


def test_a_file_in_place_of_the_folder_is_not_used(folder: str, acme: tuple[Revision, ...]) -> None:
    os.makedirs(os.path.dirname(folder))
    Path(folder).write_text("x")
    assert cache.cached_policy(folder, KEY) is None
    cache.cache_policy(folder, KEY, acme)
    assert Path(folder).read_text() == "x"


def test_an_entry_of_another_user_is_not_read(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.cache_policy(folder, KEY, acme)
    if ROOT:
        os.chown(Path(folder, name_of(KEY)), NOBODY, NOBODY)
    else:  # the first check is that of the folder, the second that of the entry
        ids = iter([os.geteuid(), os.geteuid() + 1])
        monkeypatch.setattr(os, "geteuid", lambda: next(ids))
    assert cache.cached_policy(folder, KEY) is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_entry_that_other_users_can_write_is_not_read(
    mode: int, folder: str, acme: tuple[Revision, ...]
) -> None:
    cache.cache_policy(folder, KEY, acme)
    Path(folder, name_of(KEY)).chmod(mode)
    assert cache.cached_policy(folder, KEY) is None


def test_an_entry_behind_a_link_is_not_read(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.cache_policy(folder, KEY, acme)
    path = Path(folder, name_of(KEY))
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))
    assert cache.cached_policy(folder, KEY) is None
    # The link is replaced; its target does not change.
    cache.cache_policy(folder, KEY, acme)
    assert not path.is_symlink()
    assert cache.cached_policy(folder, KEY) == acme


def test_special_file_is_not_read_and_does_not_block(folder: str) -> None:
    os.makedirs(folder, 0o700)
    os.mkfifo(Path(folder, name_of(KEY)), 0o600)
    start = time.perf_counter()
    assert cache.cached_policy(folder, KEY) is None
    assert time.perf_counter() - start < 1
    os.mkdir(Path(folder, name_of(OTHER)), 0o700)
    assert cache.cached_policy(folder, OTHER) is None


def test_folder_that_is_replaced_after_the_check_is_not_used(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = (acme[0]._replace(policy="forged"),)
    cache.cache_policy(folder + "-forged", KEY, forged)
    cache.cache_policy(folder, KEY, acme)
    look = os.fstat

    def exchange(descriptor: int) -> os.stat_result:
        """Replace the folder by a forged folder right after it has been checked."""
        status = look(descriptor)
        if os.path.isdir(folder + "-forged"):
            os.rename(folder, folder + "-gone")
            os.rename(folder + "-forged", folder)
        return status

    monkeypatch.setattr(os, "fstat", exchange)
    assert cache.cached_policy(folder, KEY) == acme
    assert not os.path.isdir(folder + "-forged")


BROKEN = {
    "nothing": b"",
    "a checksum alone": entry(b"")[:8],
    "a checksum of nothing": bytes(8),
    "nothing after the identity": entry(b""),
    "no checksum": entry(marshal.dumps(1))[8:],
    "another checksum": bytes(8) + entry(marshal.dumps(1))[8:],
    "another identity": entry(marshal.dumps(1), OTHER),
    "half of an entry": entry(marshal.dumps(["one", "two"])[:-6]),
    "not marshal data": entry(b"\xff" * 100),
    "an entry of an earlier release": b"0" * 64 + b"\n[]",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_entry_is_not_read_and_is_replaced(
    name: str, folder: str, acme: tuple[Revision, ...]
) -> None:
    put(folder, BROKEN[name])
    assert cache.cached_policy(folder, KEY) is None
    cache.cache_policy(folder, KEY, acme)
    assert cache.cached_policy(folder, KEY) == acme


def test_no_damaged_entry_is_unmarshalled(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`marshal` could crash on an entry that is cut, or in which a byte has changed."""
    value = [("a", 1, None), {"b": (True, "å" * 20)}]
    cache.write_entry(folder, KEY, value)
    path = Path(folder, name_of(KEY))
    whole = path.read_bytes()

    def never(*_: object) -> None:
        raise AssertionError("it is unmarshalled")

    with monkeypatch.context() as patch:
        patch.setattr("zsupport.sources.cache.marshal.loads", never)
        for place in range(len(whole)):
            path.write_bytes(whole[:place])
            assert cache.read_entry(folder, KEY) is None
            for mask in (1, 2, 4, 8, 16, 32, 64, 128, 255):
                changed_byte = bytes([whole[place] ^ mask])
                path.write_bytes(whole[:place] + changed_byte + whole[place + 1 :])
                assert cache.read_entry(folder, KEY) is None
        path.write_bytes(whole + b"\0")
        assert cache.read_entry(folder, KEY) is None
    path.write_bytes(whole)
    assert cache.read_entry(folder, KEY) == value


def test_damaged_entry_gives_the_right_answer_and_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZSUPPORT_CACHE", raising=False)
    expected = load(str(ACME)).channels(plan="pro", role="admin")
    (path,) = (tmp_path / "zsupport").iterdir()
    whole = path.read_bytes()
    random = Random(7)
    places = [random.randrange(len(whole)) for _ in range(25)]
    damaged = [whole[:place] for place in places]
    damaged += [
        whole[:p] + bytes([whole[p] ^ 1 + random.randrange(255)]) + whole[p + 1 :] for p in places
    ]
    for content in damaged:
        path.write_bytes(content)
        assert load(str(ACME)).channels(plan="pro", role="admin") == expected
        # Equal values can have different bytes, because `marshal` depends on reference counts.
        new_entry = path.read_bytes()
        assert new_entry.startswith(cache.checksum(new_entry[8:]))


def test_an_entry_under_another_name_is_not_read(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.cache_policy(folder, KEY, acme)
    Path(folder, name_of(KEY)).rename(Path(folder, name_of(OTHER)))
    assert cache.cached_policy(folder, OTHER) is None


@pytest.mark.parametrize("named", ["policy.yaml", ".", "below/policy.yaml"])
def test_policy_is_not_cached_in_the_checked_repository(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, outside = tmp_path / "repository", tmp_path / "outside"
    (home / "below").mkdir(parents=True)
    (home / ".git").mkdir()
    (home / named / "policy.yaml" if named == "." else home / named).write_text(BASE)
    monkeypatch.chdir(home)
    for base, kept in ((outside, 1), (home / ".cache", 0)):
        monkeypatch.setenv("XDG_CACHE_HOME", str(base))
        assert load(f"./{named}").id == "p"
        assert len([*base.rglob("*.kept")]) == kept
    # An existing entry is not read through a link to the folder either.
    (home / "link").symlink_to(outside)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "link"))
    os.rename(outside / "zsupport", home / ".cache-of-a-stranger")
    (outside / "zsupport").symlink_to(home / ".cache-of-a-stranger")
    monkeypatch.setattr("zsupport.sources.cache.marshal.loads", None)
    assert load(f"./{named}").id == "p"


def test_policy_behind_a_link_is_not_cached_in_the_repository_of_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "repository"
    (home / ".git").mkdir(parents=True)
    (home / "policy.yaml").write_text(BASE)
    for link in ("file.yaml", "folder"):
        (tmp_path / link).symlink_to(home / ("policy.yaml" if link == "file.yaml" else "."))
    monkeypatch.chdir(tmp_path)
    for base, kept in ((home / ".cache", 0), (tmp_path / "cache", 2)):
        monkeypatch.setenv("XDG_CACHE_HOME", str(base))
        for link in ("./file.yaml", "./folder"):
            assert load(link).id == "p"
        assert len([*base.rglob("*.kept")]) == kept


@pytest.mark.parametrize(
    "command",
    [["check"], ["check", "p.yaml"], ["test"], ["test", "p_test.yaml"],
     ["diff", "p.yaml", "--against", "below/other.yaml"]],
    ids=" ".join,
)  # fmt: skip
def test_holidays_are_not_cached_in_the_checked_repository(
    command: list[str], tmp_path: Path, cli: Cli
) -> None:
    home = tmp_path / "repository"
    (home / ".git").mkdir(parents=True)
    text = (
        BASE + "hours: {office: {open: mon-fri 09:00-17:00, timezone: Europe/Berlin,"
        " holidays: {country: DE, covers: 2026-2027}}}\n"
        "targets: [{hours: office, first-response: 4 business hours}]\n"
    )
    (home / "p.yaml").write_text(text)
    (home / "below").mkdir()
    (home / "below/other.yaml").write_text(text.replace("09:00", "10:00"))
    (home / "p_test.yaml").write_text(
        "tests: 1\npolicy: p\ncases:\n"
        "- due: {plan: free, opened: 2026-12-24T16:00:00+01:00}\n"
        "  expect: {due: 2026-12-28T12:00:00+01:00}\n"
    )
    for base, kept in ((home / ".cache", False), (tmp_path / "cache", True)):
        cli(*command, cwd=home, env={"XDG_CACHE_HOME": str(base)})
        assert bool([*base.rglob("*.kept")]) is kept


# -- size, space, concurrency ---------------------------------------------------------------------


def test_too_large_entry_is_neither_written_nor_read(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.cache_policy(folder, KEY, acme)
    size = Path(folder, name_of(KEY)).stat().st_size
    monkeypatch.setattr(cache, "MAX_ENTRY_BYTES", size - 1)
    assert cache.cached_policy(folder, KEY) is None
    cache.cache_policy(folder, OTHER, acme)
    assert os.listdir(folder) == [name_of(KEY)]


def test_oldest_entries_are_removed(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    for age, letter in enumerate("abcde"):
        cache.cache_policy(folder, letter.encode(), acme)
        os.utime(Path(folder, name_of(letter.encode())), (1e9 + age, 1e9 + age))
    assert {*os.listdir(folder)} == {name_of(letter.encode()) for letter in "cde"}


def test_sixty_four_policies_are_cached(folder: str) -> None:
    for number in range(70):
        cache.write_entry(folder, b"%02d" % number, number)
        os.utime(Path(folder, name_of(b"%02d" % number)), (1e9 + number, 1e9 + number))
    assert {*os.listdir(folder)} == {name_of(b"%02d" % number) for number in range(6, 70)}


def test_size_of_the_folder_is_limited(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.cache_policy(folder, b"a", acme)
    size = Path(folder, name_of(b"a")).stat().st_size
    monkeypatch.setattr(cache, "MAX_FOLDER_BYTES", 3 * size - 1)
    for age, letter in enumerate("abcde"):
        cache.cache_policy(folder, letter.encode(), acme)
        os.utime(Path(folder, name_of(letter.encode())), (1e9 + age, 1e9 + age))
    assert {*os.listdir(folder)} == {name_of(letter.encode()) for letter in "de"}


def test_entry_with_a_future_date_is_removed_too(folder: str) -> None:
    for number in range(cache.MAX_ENTRIES):
        cache.write_entry(folder, b"%02d" % number, number)
        os.utime(Path(folder, name_of(b"%02d" % number)), (9e9, 9e9))
    for letter in "abc":
        cache.write_entry(folder, letter.encode(), letter)
    # The clock of another host that shares the folder can be slightly ahead.
    os.utime(Path(folder, name_of(b"a")), (time.time() + 60, time.time() + 60))
    for number in range(cache.MAX_ENTRIES - 3):
        cache.write_entry(folder, b"new %d" % number, number)
    left = set(os.listdir(folder))
    assert len(left) == cache.MAX_ENTRIES
    assert left >= {name_of(identity) for identity in (b"a", b"b", b"c")}


#: Sixty-four processes that start to write at the same time, five entries each.
_MANY_WRITERS = """
import os, sys
from zsupport.sources import cache
folder = sys.argv[1]
wait, begin = os.pipe()
for writer in range(64):
    if not os.fork():
        os.close(begin)
        os.read(wait, 1)
        for number in range(5):
            cache.write_entry(folder, b"%d %d" % (writer, number), [writer, number])
        os._exit(0)
os.close(begin)
for _ in range(64):
    assert os.wait()[1] == 0
"""


def test_sixty_four_writers_respect_the_limits(cli: Cli, folder: str) -> None:
    os.makedirs(folder, 0o700)
    for number in range(100):
        Path(folder, f"{number}.json").touch()
        os.utime(Path(folder, f"{number}.json"), (9e9, 9e9))
    subprocess.run(
        [sys.executable, "-c", _MANY_WRITERS, folder],
        env=cli.environment(), check=True, timeout=60,
    )  # fmt: skip
    left = os.listdir(folder)
    assert 0 < len(left) <= cache.MAX_ENTRIES
    written = {name_of(b"%d %d" % (w, n)): (w, n) for w in range(64) for n in range(5)}
    for name in left:
        writer, number = written[name]
        assert cache.read_entry(folder, b"%d %d" % (writer, number)) == [writer, number]


def test_root_creates_no_folder_in_the_home_of_another_user(
    tmp_path: Path, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    folder = str(home / ".cache" / "zsupport")
    if ROOT:
        os.chown(home, NOBODY, NOBODY)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    cache.cache_policy(folder, KEY, acme)
    assert os.listdir(home) == []


def test_files_of_interrupted_runs_are_removed(folder: str, acme: tuple[Revision, ...]) -> None:
    os.makedirs(folder, 0o700)
    old, new = Path(folder, f".{name_of(KEY)}.1.aa.tmp"), Path(folder, f".{name_of(KEY)}.2.bb.tmp")
    old.write_bytes(b"x")
    os.utime(old, (1e9, 1e9))
    new.write_bytes(b"x")
    Path(folder, "mine.txt").write_text("a file of the user")
    ahead = Path(folder, f".{name_of(KEY)}.3.cc.tmp")
    ahead.write_bytes(b"x")
    os.utime(ahead, (9e9, 9e9))
    cache.cache_policy(folder, KEY, acme)
    assert cache.cached_policy(folder, KEY) == acme
    # A new file can belong to a run that is still writing it.
    assert set(os.listdir(folder)) == {new.name, "mine.txt", name_of(KEY)}
    for _ in range(100):
        Path(folder, f".{name_of(KEY)}.{os.getpid()}.{os.urandom(4).hex()}.tmp").touch()
    cache.cache_policy(folder, OTHER, acme)
    left = set(os.listdir(folder))
    assert {"mine.txt", name_of(OTHER)} <= left
    assert len(left - {"mine.txt"}) == cache.MAX_ENTRIES


_KILLED = """
import os, sys
from zsupport.library import Policy, list_shipped, load
from zsupport.sources import cache
os.replace = lambda *_, **__: os._exit(9)
cache.cache_policy(sys.argv[1], sys.argv[2].encode(), load(sys.argv[3], cache=False).revisions)
"""


def test_killed_run_does_not_block_other_runs(
    cli: Cli, folder: str, acme: tuple[Revision, ...]
) -> None:
    killed = [sys.executable, "-c", _KILLED, folder, KEY.decode(), str(ACME)]
    assert subprocess.run(killed, env=cli.environment(), check=False).returncode == 9
    (left,) = os.listdir(folder)
    assert left.endswith(".tmp")
    assert cache.cached_policy(folder, KEY) is None
    cache.cache_policy(folder, KEY, acme)
    assert cache.cached_policy(folder, KEY) == acme


def test_failed_write_leaves_no_file(folder: str, acme: tuple[Revision, ...]) -> None:
    os.makedirs(os.path.join(folder, name_of(KEY), "full"), 0o700)
    os.chmod(folder, 0o700)
    cache.cache_policy(folder, KEY, acme)
    assert os.listdir(folder) == [name_of(KEY)]


_WRITER = """
import sys
from zsupport.library import Policy, list_shipped, load
from zsupport.sources import cache
folder, own = sys.argv[1:]
policies = [load(name, cache=False).revisions for name in ("zoom", "hivemq", "redhat")]
for i in range(60):
    for key, revisions in ((b"s", policies[i % 3]), (own.encode(), policies[0])):
        cache.cache_policy(folder, key, revisions)
        result = cache.cached_policy(folder, key)
        assert result in policies, (i, key)
"""


def test_many_runs_can_write_at_the_same_time(cli: Cli, folder: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, folder, letter],
            env=cli.environment(), stderr=subprocess.PIPE, text=True,
        )
        for letter in "01234567"
    ]  # fmt: skip
    for writer in writers:
        _, complaint = writer.communicate(timeout=60)
        assert (writer.returncode, complaint) == (0, "")
    assert {*os.listdir(folder)} == {name_of(c.encode()) for c in "01234567s"}
    assert all(cache.cached_policy(folder, c.encode()) for c in "01234567s")


_AS_NOBODY = f"""
import os, sys
from zsupport.cli import main
arguments = ["channels", "--plan", "pro", "--role", "owner"]
os.environ["ZSUPPORT_CACHE"] = "off"
assert main(arguments) == 0
del os.environ["ZSUPPORT_CACHE"]
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
sys.exit(main(arguments))
"""


@pytest.mark.parametrize("kept", [False, True])
def test_read_only_folder_is_not_used(kept: bool, cli: Cli, tmp_path: Path) -> None:
    # Root can write everywhere, so the run loads its modules and then becomes the user nobody.
    cache = tmp_path / "cache"
    if kept:
        env = {"XDG_CACHE_HOME": str(cache)}
        assert cli("channels", "--plan", "pro", "-q", env=env).code == 0
        (cache / "zsupport").chmod(0o500)
    else:
        cache.mkdir(0o555)
        cache.chmod(0o555)
    before = sorted(cache.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY], capture_output=True, text=True, check=False,
        env=cli.environment({"XDG_CACHE_HOME": str(cache)}), cwd=tmp_path,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("help-center\nweb\n" * 2, "", 0)
    assert sorted(cache.rglob("*")) == before
    for folder in (cache, cache / "zsupport"):
        if folder.exists():
            folder.chmod(0o700)


def test_all_files_of_a_folder_share_an_entry(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "zsupport"
    env = {"XDG_CACHE_HOME": str(folder.parent)}
    for _ in range(2):
        assert cli("channels", "--policy", "canonical", "-q", env=env).code == 0
    (kept,) = folder.iterdir()
    result = cache.cached_policy(str(folder), cache.policy_identity(find("canonical").files))
    assert result is not None
    assert len(result) == len(find("canonical").files) == 2
    assert kept.name.endswith(".kept")


def test_public_holidays_are_cached_with_exchanged_days(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = CachedHolidays(folder)("CN", None, 2026)
    assert date(2026, 10, 10).toordinal() in first.exchanged
    assert first.days_off[date(2026, 10, 1).toordinal()] == "National Day"

    def never(country: str, subdivision: str | None, year: int) -> Year:
        raise AssertionError("the library is called again")

    monkeypatch.setattr("zsupport.clock.holidays.public_holidays", never)
    assert CachedHolidays(folder)("CN", None, 2026) == first
    # The other years of the decade have been cached too.
    assert CachedHolidays(folder)("CN", None, 2029).exchanged == frozenset()
    with pytest.raises(AssertionError):
        CachedHolidays(folder)("CN", None, 2030)


def test_list_of_shipped_policies_is_a_single_entry(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [
        Policy(tuple(revision.heading() for revision in load(name, cache=False).revisions))
        for name in shipped_policies()
    ]
    assert list_shipped(None) == plain
    assert list_shipped(folder) == plain
    monkeypatch.setattr("zsupport.library.load_files", None)
    assert list_shipped(folder) == plain


def test_heading_has_only_the_fields_that_a_list_shows() -> None:
    (revision,) = load("hivemq", cache=False).revisions
    heading = revision.heading()
    assert (heading.hours, heading.rules, heading.plans) == ({}, (), ())
    shown = ("policy", "title", "file", "digest", "timezone", "start", "last_day")
    assert [getattr(heading, name) for name in shown] == [getattr(revision, name) for name in shown]


def test_python_without_the_built_in_hash_uses_another_hash(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "_imp", ModuleType("_imp"))
    assert cache.checksum(b"one") == source_hash(b"one") != source_hash(b"two")
    cache.write_entry(folder, KEY, 1)
    assert cache.read_entry(folder, KEY) == 1
