"""The policy that most tests of an audit use."""

import pytest

import zsupport
from audit.audited import POLICY


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory) -> zsupport.Policy:
    """Return the policy of `audited`."""
    path = tmp_path_factory.mktemp("audited") / "audited.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return zsupport.load(path, cache=False)
