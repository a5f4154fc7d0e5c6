"""An audit on a standalone cluster of Spark gives the rows of `Policy.audit`.

The cluster is a master and two workers on the loopback interface. Requires Java 17.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import polars
import pytest
from conftest import Cli
from documents import commands_of, walk
from test_docs import environment, write

import zsupport

#: The number of files of tickets, each of which is a partition, and of tickets in a file.
FILES, TICKETS = 24, 4_000
AT = "2027-02-01T00:00:00Z"
#: How long something may take, in seconds.
PATIENCE = 300


def children() -> dict[int, list[int]]:
    """Return the children of each process."""
    result: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:  # the process has ended
            continue
        parent = int(text.rpartition(")")[2].split()[1])
        result.setdefault(parent, []).append(int(path.parent.name))
    return result


def descendants(pid: int) -> list[int]:
    """Return a process and all processes that it has started, the newest last."""
    tree = children()
    pids = [pid]
    for parent in pids:
        pids += tree.get(parent, [])
    return pids


def kill(pid: int) -> None:
    """Kill a process and what it has started, at once."""
    pids = descendants(pid)
    for signal_number in (signal.SIGSTOP, signal.SIGKILL):  # a stopped process starts no other
        for process in pids:
            try:
                os.kill(process, signal_number)
            except ProcessLookupError:
                continue


def wait_for(what: str, condition: Callable[[], Any]) -> Any:
    """Wait for a condition, and return its value."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"timed out: {what}")


@contextmanager
def running(
    command: list[str], folder: Path, env: Mapping[str, str], output: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in a folder, and kill it at the end, with what it has started."""
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=stream,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        kill(process.pid)
        process.wait()


class Cluster(NamedTuple):
    """A running cluster: its address, the processes of its workers, and its settings."""

    master: str
    workers: list["subprocess.Popen[bytes]"]
    settings: dict[str, str]


def logged(path: Path, pattern: str) -> str:
    """Wait for a line of a log, and return its first group."""
    match = wait_for(f"{path}: {pattern}", lambda: re.search(pattern, path.read_text()))
    return str(match[1])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    spec = find_spec("pyspark")
    assert spec, "pyspark is not installed (pip install 'zsupport[spark]')"
    assert spec.origin
    home, folder = Path(spec.origin).parent, tmp_path / "spark"
    (folder / "conf").mkdir(parents=True)
    (folder / "events").mkdir()
    settings = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONWARNINGS": "ignore",  # pyspark warns about newer packages
    }
    (folder / "conf" / "spark-defaults.conf").write_text(f"""\
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.ui.enabled false
spark.executor.cores 1
spark.executor.memory 600m
spark.driver.memory 600m
spark.eventLog.enabled true
spark.eventLog.rolling.enabled false
spark.eventLog.compress false
spark.eventLog.dir {(folder / "events").as_uri()}
spark.sql.files.openCostInBytes 128m
spark.sql.session.timeZone America/New_York
""")
    with ExitStack() as stack:

        def start(name: str, kind: str, *arguments: str) -> "subprocess.Popen[bytes]":
            command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"]
            command += ["--host", "127.0.0.1", "--webui-port", "0", *arguments]
            env, log = {**os.environ, **settings}, folder / f"{name}.log"
            return stack.enter_context(running(command, folder, env, log))

        start("master", "master.Master", "--port", "0")
        master = logged(
            folder / "master.log", r"Starting Spark master at (spark://127\.0\.0\.1:\d+)"
        )
        size = ("--cores", "1", "--memory", "700m", "--work-dir", str(folder / "work"))
        workers = [start(name, "worker.Worker", master, *size) for name in ("one", "two")]
        for name in ("one", "two"):
            logged(folder / f"{name}.log", "(Successfully registered with master)")
        yield Cluster(master, workers, settings)


def test_the_guide(cluster: Cluster, cli: Cli, tmp_path: Path) -> None:
    """Run the scripts of the guide as they are, and compare what they show."""
    folder = tmp_path / "guide"
    folder.mkdir()
    env = {**environment(cli, folder), **cluster.settings, "MASTER": cluster.master}
    env["PATH"] = os.pathsep.join([f"{env['SPARK_HOME']}/bin", env["PATH"], os.environ["PATH"]])
    commands = 0
    for block, files in walk("spark.md"):
        write(files, folder)
        if block.mark != "full" or block.language != "console":
            continue
        for command in commands_of(block):
            output, errors = folder / "output", folder / "spark.log"
            with running(["bash", "-c", command.line], folder, env, output) as process:
                process.wait(PATIENCE)
            assert output.read_text() == command.output, errors.exists() and errors.read_text()
            commands += 1
    assert commands == 4


POLICY = next(files["desk.yaml"] for _, files in walk("spark.md") if "desk.yaml" in files)


def tickets() -> polars.DataFrame:
    """Return tickets of all kinds, and one row in eleven that is rejected."""
    count = FILES * TICKETS
    numbers = polars.select(n=polars.int_range(count)).with_columns(
        minute=(polars.col("n") * 7919) % 525_600
    )
    start = polars.datetime(2026, 1, 1, time_zone="UTC")
    opened = start + polars.duration(minutes=polars.col("minute"))
    answered = opened + polars.duration(minutes=(polars.col("n") * 31) % 3_000)
    form = "%Y-%m-%dT%H:%M:%SZ"
    every = polars.col("n") % 11
    return numbers.select(
        id=polars.format("T-{}", "n"),
        opened=polars.when(every == 5).then(polars.lit("soon")).otherwise(opened.dt.strftime(form)),
        answered=polars.when(polars.col("n") % 3 > 0).then(answered.dt.strftime(form)),
        plan=polars.when(polars.col("n") % 5 == 0)
        .then(polars.lit("free"))
        .otherwise(polars.lit("pro")),
        priority=polars.concat_str(polars.lit("P"), (polars.col("n") % 2 + 1).cast(polars.String)),
    )


#: The driver. A task stops after its first batch, so that the test can kill its worker.
DRIVER = """\
import os, sys, time
from pathlib import Path
import zsupport
from pyspark import TaskContext
from pyspark.sql import SparkSession

folder = Path(sys.argv[1])
spark = SparkSession.builder.getOrCreate()
spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 1000)
policy = zsupport.load(folder / "desk.yaml", cache=False)
tickets = spark.read.parquet(str(folder / "tickets"))
audit = policy.batch_audit(tickets.limit(100).toArrow(), at=sys.argv[2])
(folder / "desk.yaml").unlink()
place = str(folder / "held")

def held(batches):
    context = TaskContext.get()
    for number, batch in enumerate(audit.batches(batches)):
        if (context.partitionId(), context.attemptNumber(), number) == (9, 0, 1):
            with open(place + ".new", "w") as file:
                file.write(str(os.getpid()))
            os.rename(place + ".new", place)
            time.sleep(600)
        yield batch

tickets.mapInArrow(held, audit.ddl).write.parquet(str(folder / "verdicts"))
spark.stop()
"""


def test_a_worker_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    policy = zsupport.load(tmp_path / "desk.yaml", cache=False)
    table = tickets()
    (tmp_path / "tickets").mkdir()
    for number in range(FILES):
        table.slice(number * TICKETS, TICKETS).write_parquet(
            tmp_path / "tickets" / f"{number:02}.parquet"
        )
    command = [f"{cluster.settings['SPARK_HOME']}/bin/spark-submit", "--master", cluster.master]
    command += ["driver.py", str(tmp_path), AT]
    env, log = {**os.environ, **cluster.settings}, tmp_path / "driver.log"
    with running(command, tmp_path, env, log) as driver:
        held = tmp_path / "held"
        wait_for("a task", lambda: held.exists() or driver.poll() is not None)
        assert held.exists(), log.read_text()
        (worker,) = [w for w in cluster.workers if int(held.read_text()) in descendants(w.pid)]
        kill(worker.pid)
        assert driver.wait(PATIENCE) == 0, log.read_text()

    # The task was lost in the middle, and its executor with it.
    (events,) = (tmp_path / "spark" / "events").iterdir()
    reasons = [
        event["Task End Reason"]["Reason"]
        for event in map(json.loads, events.read_text().splitlines())
        if event["Event"] == "SparkListenerTaskEnd"
    ]
    assert reasons.count("ExecutorLostFailure") == 1
    assert reasons.count("Success") >= FILES

    rows = polars.read_parquet(tmp_path / "verdicts" / "*.parquet").sort("id")
    verdicts, rejects = policy.audit(table, at=AT)
    expected = verdicts.drop("file", "line").sort("id")
    judged = rows.filter(polars.col("reject_reason").is_null())
    assert judged.select(expected.columns).cast(dict(expected.schema)).equals(expected)
    assert len(rejects) == sum(number % 11 == 5 for number in range(FILES * TICKETS))
    columns = ["reject_column", "reject_reason", "reject_cells"]
    rejected = rows.filter(polars.col("reject_reason").is_not_null()).select(columns).rows()
    assert sorted((column, reason, [*cells]) for column, reason, cells in rejected) == sorted(
        (reject.column, reject.reason, [*reject.cells]) for reject in rejects
    )
    assert len(rows) == FILES * TICKETS
