"""The compiled form: the same as the policy it was made from, and never trusted further."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policy_trees import changed, read

from zsupport.clock.model import Year
from zsupport.errors import InvalidPolicy
from zsupport.library import load
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Revision
from zsupport.sources import cache
from zsupport.sources.find import find, shipped_policies
from zsupport.sources.holidays import kept_holidays

ACME = Path(__file__).parent / "policies" / "acme.yaml"
NAMES = [*shipped_policies(), str(ACME)]
KEY = "k" * 64
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


def entry(body: bytes, key: str = KEY) -> bytes:
    """Return what stands in the file of an entry: a checksum of key and body, then the body."""
    return sha256(key.encode() + b"\n" + body).hexdigest().encode() + b"\n" + body


def put(folder: str, content: bytes, key: str = KEY) -> Path:
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
    path = Path(folder, key + ".json")
    path.write_bytes(content)
    path.chmod(0o600)
    return path


# -- it is the same -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES, ids=lambda name: Path(name).stem)
def test_what_is_read_is_what_was_written(name: str, folder: str) -> None:
    revisions = revisions_of(name)
    cache.keep_policy(folder, KEY, revisions)
    found = cache.kept_policy(folder, KEY)
    assert found == revisions
    # Tuples of other classes would be equal too: their text says the class.
    assert repr(found) == repr(revisions)


@MANY
@given(tree=changed(most=1))
def test_changed_policies_are_the_same_too(
    tree: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        revision = read(tree)
    except InvalidPolicy:
        return
    folder = str(tmp_path_factory.getbasetemp() / "changed")
    cache.keep_policy(folder, KEY, (revision,))
    assert repr(cache.kept_policy(folder, KEY)) == repr((revision,))


def test_names_and_texts_of_any_kind_are_the_same(folder: str, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9 \n.yaml"
    with open(path, "wb") as stream:
        stream.write((BASE + 'title: {nb: "Støtte \\u0000\\u2028\\ud7ff😀"}\n').encode())
    revisions = revisions_of(os.fsdecode(path))
    assert revisions[0].file == os.fsdecode(b"caf\xe9 \n.yaml")
    cache.keep_policy(folder, KEY, revisions)
    assert cache.kept_policy(folder, KEY) == revisions


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

    asked = ("--policy", str(ACME), "--plan", "pro", "--role", "admin")
    first, second = ask(*asked), ask(*asked)
    assert first.stdout == second.stdout
    assert "web\n" in first.stdout
    assert {"yaml", "zsupport.policy.loader"} <= imported(first)
    assert "zsupport.policy.compiled" in imported(second)
    assert not {"yaml", "zsupport.policy.loader", "zsupport.policy.shape"} & imported(second)


# -- under which name ---------------------------------------------------------------------------


def source(name: str = "p.yaml", data: bytes = b"x", shown: str = "p.yaml") -> SourceFile:
    return SourceFile(name, data, "sha256:" + sha256(data).hexdigest(), shown)


def test_the_key_is_made_of_content_names_and_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    key = cache.policy_key((source(),))
    assert len(key) == 64
    assert cache.policy_key((source(),)) == key
    # How a file is spoken of is not in the compiled form.
    assert cache.policy_key((source(shown="../p.yaml"),)) == key
    others = [
        cache.policy_key((source(data=b"y"),)),
        cache.policy_key((source(name="q.yaml"),)),
        cache.policy_key((source(), source(name="q.yaml"))),
        cache.policy_key((source(name="q.yaml"), source())),
        cache.policy_key((source(name="p.yaml\0sha256:0"),)),
    ]
    for name, value in (("VERSION", "9.9.9"), ("FORMAT", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(cache, name, value)
            others.append(cache.policy_key((source(),)))
    with monkeypatch.context() as patch:
        patch.setattr("tzdata.__version__", "1999.1")
        others.append(cache.policy_key((source(),)))
    assert key not in others
    assert len(set(others)) == len(others)


def test_a_changed_policy_gives_a_changed_answer(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(BASE)
    stamp = path.stat()
    ask = ("channels", "--policy", str(path), "--plan", "free")
    assert cli(*ask).stdout == "web\n"
    path.write_text(BASE.replace("web:", "mob:").replace("allow: web", "allow: mob"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert cli(*ask).stdout == "mob\n"


def test_one_content_under_two_names_is_two_entries(cli: Cli, tmp_path: Path) -> None:
    answers = []
    for name in ("a.yaml", "b.yaml", "a.yaml"):
        (tmp_path / name).write_text(BASE)
        run = cli("channels", "--policy", str(tmp_path / name), "--format", "json")
        answers.append(json.loads(run.stdout)["policy"]["file"])
    assert answers == ["a.yaml", "b.yaml", "a.yaml"]


# -- where --------------------------------------------------------------------------------------


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
def test_where_the_folder_is(environment: dict[str, str], folder: str | None) -> None:
    assert cache.cache_folder(environment) == folder


@pytest.mark.parametrize(
    "environment",
    [
        {"ZSUPPORT_CACHE": "off"},
        {"HOME": "", "XDG_CACHE_HOME": ""},
        {"HOME": "", "XDG_CACHE_HOME": "relative"},
    ],
)
def test_without_a_folder_nothing_is_kept_and_all_is_answered(
    environment: dict[str, str], cli: Cli, tmp_path: Path
) -> None:
    for _ in range(2):
        run = cli("channels", "--plan", "pro", "--role", "owner", env=environment, cwd=tmp_path)
        assert (run.stdout, run.stderr, run.code) == ("help-center\nweb\n", "", 0)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_made_for_this_user_alone(cli: Cli, tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    script = 'umask 0; exec "$@"'
    command = ["sh", "-c", script, "sh", *cli.command("channels", "--plan", "pro", "-q")]
    env = cli.environment({"XDG_CACHE_HOME": str(home)})
    assert subprocess.run(command, env=env, cwd=tmp_path, check=False).returncode == 0
    for path in (tmp_path / "a", home, home / "zsupport"):
        assert path.stat().st_mode & 0o777 == 0o700, path
    (kept,) = (home / "zsupport").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.name.endswith(".json")


def test_invalid_policies_are_not_kept(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(BASE + "plan: x\n")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    texts = {cli("channels", "--policy", str(path), env=cache).stderr for _ in range(2)}
    assert len(texts) == 1
    assert not (tmp_path / "cache").exists()


# -- what is not to be trusted ------------------------------------------------------------------


def refuses(folder: str, revisions: tuple[Revision, ...]) -> bool:
    """Return whether nothing is read there and nothing is written there."""
    before = sorted(os.listdir(folder)) if os.path.isdir(folder) else None
    assert cache.kept_policy(folder, KEY) is None
    cache.keep_policy(folder, "n" * 64, revisions)
    after = sorted(os.listdir(folder)) if os.path.isdir(folder) else None
    return before == after


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o707, 0o750, 0o755, 0o701, 0o777, 0o1777])
def test_a_folder_that_others_may_enter_is_not_used(
    mode: int, folder: str, acme: tuple[Revision, ...]
) -> None:
    cache.keep_policy(folder, KEY, acme)
    assert cache.kept_policy(folder, KEY) == acme
    os.chmod(folder, mode)
    assert refuses(folder, acme)


def test_a_folder_of_another_user_is_not_used(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep_policy(folder, KEY, acme)
    if ROOT:
        os.chown(folder, NOBODY, NOBODY)
    else:  # only root can give a folder away: then it is we who are somebody else
        somebody_else = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    assert refuses(folder, acme)


def test_a_folder_behind_a_link_is_not_used(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.keep_policy(folder, KEY, acme)
    os.rename(folder, folder + "-elsewhere")
    os.symlink(folder + "-elsewhere", folder)
    assert refuses(folder, acme)


def test_a_file_in_place_of_the_folder_is_not_used(folder: str, acme: tuple[Revision, ...]) -> None:
    os.makedirs(os.path.dirname(folder))
    Path(folder).write_text("x")
    assert cache.kept_policy(folder, KEY) is None
    cache.keep_policy(folder, KEY, acme)
    assert Path(folder).read_text() == "x"


def test_an_entry_of_another_user_is_not_read(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep_policy(folder, KEY, acme)
    if ROOT:
        os.chown(Path(folder, KEY + ".json"), NOBODY, NOBODY)
    else:  # the folder is still ours, its entry is not
        ids = iter([os.geteuid(), os.geteuid() + 1])
        monkeypatch.setattr(os, "geteuid", lambda: next(ids))
    assert cache.kept_policy(folder, KEY) is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_may_write_is_not_read(
    mode: int, folder: str, acme: tuple[Revision, ...]
) -> None:
    cache.keep_policy(folder, KEY, acme)
    Path(folder, KEY + ".json").chmod(mode)
    assert cache.kept_policy(folder, KEY) is None


def test_an_entry_behind_a_link_is_not_read(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.keep_policy(folder, KEY, acme)
    path = Path(folder, KEY + ".json")
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))
    assert cache.kept_policy(folder, KEY) is None
    # It is replaced, and what it led to stays as it was.
    cache.keep_policy(folder, KEY, acme)
    assert not path.is_symlink()
    assert cache.kept_policy(folder, KEY) == acme


def test_what_is_no_file_is_not_read_and_nobody_waits(folder: str) -> None:
    os.makedirs(folder, 0o700)
    os.mkfifo(Path(folder, KEY + ".json"), 0o600)
    start = time.perf_counter()
    assert cache.kept_policy(folder, KEY) is None
    assert time.perf_counter() - start < 1
    os.mkdir(Path(folder, "d" * 64 + ".json"), 0o700)
    assert cache.kept_policy(folder, "d" * 64) is None


def test_a_folder_that_is_exchanged_meanwhile_changes_nothing(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = (acme[0]._replace(policy="forged"),)
    cache.keep_policy(folder + "-forged", KEY, forged)
    cache.keep_policy(folder, KEY, acme)
    look = os.fstat

    def exchange(descriptor: int) -> os.stat_result:
        """Put the forged folder in the place of ours as soon as ours has been looked at."""
        status = look(descriptor)
        if os.path.isdir(folder + "-forged"):
            os.rename(folder, folder + "-gone")
            os.rename(folder + "-forged", folder)
        return status

    monkeypatch.setattr(os, "fstat", exchange)
    assert cache.kept_policy(folder, KEY) == acme
    assert not os.path.isdir(folder + "-forged")


BROKEN = {
    "nothing": b"",
    "no checksum": b"[]",
    "a checksum alone": entry(b"")[:64],
    "nothing under a checksum": entry(b""),
    "no revisions": entry(b"[]"),
    "an empty revision": entry(b"[[]]"),
    "null": entry(b"null"),
    "a number": entry(b"1"),
    "a text": entry(b'"x"'),
    "a mapping": entry(b"{}"),
    "rows of numbers": entry(b"[[1, 2], [3]]"),
    "no JSON": entry(b"format: 1"),
    "half of it": entry(b'[["p", "p"'),
    "lists in each other": entry(b"[" * 100_000 + b"]" * 100_000),
    "bytes": entry(bytes(range(256))),
    "UTF-16": entry('[["p"]]'.encode("utf-16")),
    "a huge number": entry(b"[" + b"9" * 10_000 + b"]"),
    "not a number": entry(b"[NaN]"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_entry_is_not_read_and_is_made_anew(
    name: str, folder: str, acme: tuple[Revision, ...]
) -> None:
    put(folder, BROKEN[name])
    assert cache.kept_policy(folder, KEY) is None
    cache.keep_policy(folder, KEY, acme)
    assert cache.kept_policy(folder, KEY) == acme


def test_a_part_of_an_entry_is_not_read(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.keep_policy(folder, KEY, acme)
    path = Path(folder, KEY + ".json")
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 50):
        path.write_bytes(whole[:size])
        assert cache.kept_policy(folder, KEY) is None
    for place in range(0, len(whole), len(whole) // 50):
        path.write_bytes(whole[:place] + b"#" + whole[place + 1 :])
        assert cache.kept_policy(folder, KEY) is None


def test_an_entry_under_another_name_is_not_read(folder: str, acme: tuple[Revision, ...]) -> None:
    cache.keep_policy(folder, KEY, acme)
    Path(folder, KEY + ".json").rename(Path(folder, "o" * 64 + ".json"))
    assert cache.kept_policy(folder, "o" * 64) is None


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, each in pairs:
        found.append((*path, key))
        if isinstance(each, dict | list):
            found += places(each, (*path, key))
    return found


ACME_ROWS = json.loads(json.dumps(revisions_of(str(ACME))))
ACME_PLACES = places(ACME_ROWS)


@MANY
@given(
    where=st.sampled_from(ACME_PLACES),
    what=st.sampled_from([None, 0, 1.5, True, "x", [], {}, ["x"], {"x": "y"}, [[]], {"x": 1}]),
    cut=st.booleans(),
)
def test_whatever_is_read_is_of_the_types_that_the_model_says(
    where: tuple[Any, ...], what: Any, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = json.loads(json.dumps(ACME_ROWS))
    inside = rows
    for key in where[:-1]:
        inside = inside[key]
    if cut:
        del inside[where[-1]]
    else:
        inside[where[-1]] = what
    folder = str(tmp_path_factory.getbasetemp() / "forged")
    body = json.dumps(rows).encode()
    put(folder, entry(body))
    found = cache.kept_policy(folder, KEY)
    # Where the types are right it is read, and comes to the same rows; else it is refused. A
    # whole policy of the right types with a wrong checksum is refused by the checksum.
    if found is not None:
        assert json.loads(json.dumps(found)) == rows
        assert well_typed(found)


def well_typed(revisions: tuple[Revision, ...]) -> bool:
    """Return whether what answers rely on everywhere is there: texts, conditions, places."""
    for revision in revisions:
        for grant in revision.grants:
            assert all(type(each) is str for each in grant.allow)
            for alternative in grant.when:
                assert all(type(each) is tuple for each in alternative.values.values())
        assert all(type(member.place.line) is int for member in revision.plans)
        assert all(type(rule.cells) is dict for rule in revision.rules)
        assert type(revision.timezone) is str
    return True


# -- size, room, company ------------------------------------------------------------------------


def test_what_is_too_large_is_neither_written_nor_read(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep_policy(folder, KEY, acme)
    size = Path(folder, KEY + ".json").stat().st_size
    monkeypatch.setattr(cache, "MAX_ENTRY_BYTES", size - 1)
    assert cache.kept_policy(folder, KEY) is None
    cache.keep_policy(folder, "b" * 64, acme)
    assert os.listdir(folder) == [KEY + ".json"]


def test_the_oldest_entries_make_room(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    for age, letter in enumerate("abcde"):
        cache.keep_policy(folder, letter * 64, acme)
        os.utime(Path(folder, letter * 64 + ".json"), (1e9 + age, 1e9 + age))
    assert sorted(os.listdir(folder)) == [letter * 64 + ".json" for letter in "cde"]


def test_sixty_four_policies_are_kept(folder: str) -> None:
    for number in range(70):
        cache.keep(folder, f"{number:02}", number)
        os.utime(Path(folder, f"{number:02}.json"), (1e9 + number, 1e9 + number))
    assert sorted(os.listdir(folder)) == [f"{number:02}.json" for number in range(6, 70)]


def test_the_folder_does_not_grow_without_end(
    folder: str, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep_policy(folder, "a" * 64, acme)
    size = Path(folder, "a" * 64 + ".json").stat().st_size
    monkeypatch.setattr(cache, "MAX_FOLDER_BYTES", 3 * size - 1)
    for age, letter in enumerate("abcde"):
        cache.keep_policy(folder, letter * 64, acme)
        os.utime(Path(folder, letter * 64 + ".json"), (1e9 + age, 1e9 + age))
    assert sorted(os.listdir(folder)) == [letter * 64 + ".json" for letter in "de"]


def test_a_date_in_the_future_makes_no_entry_last(folder: str) -> None:
    for number in range(cache.MAX_ENTRIES):
        cache.keep(folder, f"{number:02}", number)
        os.utime(Path(folder, f"{number:02}.json"), (9e9, 9e9))
    for letter in "abc":
        cache.keep(folder, letter, letter)
    # The clock of another host of a shared folder may be a little ahead.
    os.utime(Path(folder, "a.json"), (time.time() + 60, time.time() + 60))
    for number in range(cache.MAX_ENTRIES - 3):
        cache.keep(folder, f"new {number}", number)
    left = set(os.listdir(folder))
    assert len(left) == cache.MAX_ENTRIES
    assert left >= {"a.json", "b.json", "c.json"}


#: Sixty-four processes that begin to write at the same moment, five entries each.
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
            cache.keep(folder, f"{writer} {number}", [writer, number])
        os._exit(0)
os.close(begin)
for _ in range(64):
    assert os.wait()[1] == 0
"""


def test_sixty_four_writers_keep_to_the_limits(cli: Cli, folder: str) -> None:
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
    assert all(" " in name and name.endswith(".json") for name in left)
    for name in left:
        writer, number = map(int, name.removesuffix(".json").split())
        assert json.loads(cache.content(folder, name.removesuffix(".json"))) == [writer, number]


def test_root_makes_no_folder_in_the_home_of_another_user(
    tmp_path: Path, acme: tuple[Revision, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    folder = str(home / ".cache" / "zsupport")
    if ROOT:
        os.chown(home, NOBODY, NOBODY)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    cache.keep_policy(folder, KEY, acme)
    assert os.listdir(home) == []


def test_what_interrupted_runs_left_is_removed_and_in_nobodys_way(
    folder: str, acme: tuple[Revision, ...]
) -> None:
    os.makedirs(folder, 0o700)
    old, new = Path(folder, f".{KEY}.json.1.aa.tmp"), Path(folder, f".{KEY}.json.2.bb.tmp")
    old.write_bytes(b"x")
    os.utime(old, (1e9, 1e9))
    new.write_bytes(b"x")
    Path(folder, "mine.txt").write_text("not ours to remove")
    ahead = Path(folder, f".{KEY}.json.3.cc.tmp")
    ahead.write_bytes(b"x")
    os.utime(ahead, (9e9, 9e9))
    cache.keep_policy(folder, KEY, acme)
    assert cache.kept_policy(folder, KEY) == acme
    # The new one may belong to a run that is about to finish it.
    assert set(os.listdir(folder)) == {new.name, "mine.txt", KEY + ".json"}
    for _ in range(100):
        Path(folder, f".{KEY}.json.{os.getpid()}.{os.urandom(4).hex()}.tmp").touch()
    cache.keep_policy(folder, "b" * 64, acme)
    left = set(os.listdir(folder))
    assert {"mine.txt", "b" * 64 + ".json"} <= left
    assert len(left - {"mine.txt"}) == cache.MAX_ENTRIES


_KILLED = """
import os, sys
from zsupport.library import load
from zsupport.sources import cache
os.replace = lambda *_, **__: os._exit(9)
cache.keep_policy(sys.argv[1], sys.argv[2], load(sys.argv[3], cache=False).revisions)
"""


def test_a_run_that_is_killed_while_it_writes_is_in_nobodys_way(
    cli: Cli, folder: str, acme: tuple[Revision, ...]
) -> None:
    killed = [sys.executable, "-c", _KILLED, folder, KEY, str(ACME)]
    assert subprocess.run(killed, env=cli.environment(), check=False).returncode == 9
    (left,) = os.listdir(folder)
    assert left.endswith(".tmp")
    assert cache.kept_policy(folder, KEY) is None
    cache.keep_policy(folder, KEY, acme)
    assert cache.kept_policy(folder, KEY) == acme


def test_what_cannot_be_put_in_its_place_leaves_nothing(
    folder: str, acme: tuple[Revision, ...]
) -> None:
    os.makedirs(os.path.join(folder, KEY + ".json", "full"), 0o700)
    os.chmod(folder, 0o700)
    cache.keep_policy(folder, KEY, acme)
    assert os.listdir(folder) == [KEY + ".json"]


_WRITER = """
import sys
from zsupport.library import load
from zsupport.sources import cache
folder, own = sys.argv[1:]
policies = [load(name, cache=False).revisions for name in ("zoom", "hivemq", "redhat")]
for i in range(60):
    for key, revisions in (("s" * 64, policies[i % 3]), (own * 64, policies[0])):
        cache.keep_policy(folder, key, revisions)
        found = cache.kept_policy(folder, key)
        assert found in policies, (i, key)
"""


def test_many_may_write_at_once(cli: Cli, folder: str) -> None:
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
    assert sorted(os.listdir(folder)) == sorted(c * 64 + ".json" for c in "01234567s")
    assert all(cache.kept_policy(folder, c * 64) for c in "01234567s")


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
def test_a_folder_that_cannot_be_written_is_done_without(
    kept: bool, cli: Cli, tmp_path: Path
) -> None:
    # Root may write everywhere; so what the run needs is loaded, and then it becomes nobody.
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


def test_files_of_a_folder_are_one_entry(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "zsupport"
    env = {"XDG_CACHE_HOME": str(folder.parent)}
    for _ in range(2):
        assert cli("channels", "--policy", "canonical", "-q", env=env).code == 0
    (kept,) = folder.iterdir()
    found = cache.kept_policy(str(folder), kept.stem)
    assert found is not None
    assert len(found) == len(find("canonical").files) == 2


def test_public_holidays_are_kept_with_what_is_worked_in_exchange(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept_holidays(folder)("CN", None, 2026)
    assert date(2026, 10, 10).toordinal() in first.exchanged
    assert first.days_off[date(2026, 10, 1).toordinal()] == "National Day"

    def never(country: str, subdivision: str | None, year: int) -> Year:
        raise AssertionError("the library is asked again")

    monkeypatch.setattr("zsupport.sources.holidays.public_holidays", never)
    assert kept_holidays(folder)("CN", None, 2026) == first
    # Another year of the decade was kept with it.
    assert kept_holidays(folder)("CN", None, 2029).exchanged == frozenset()
    with pytest.raises(AssertionError):
        kept_holidays(folder)("CN", None, 2030)
