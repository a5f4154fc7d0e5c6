"""The limits of the work: what a policy, its tests and a question may hold at most.

Every limit is checked before the work that it bounds, and what lies above it is refused in words:
by a finding, or by an error for a question. Each is far above what real policies hold, and low
enough for an answer within 400 times the start of Python and 300 MB of memory.
"""

from __future__ import annotations

from zsupport.typed import NamedTuple
from zsupport.wording import Message


class Limit(NamedTuple):
    """The most of something that is worked on."""

    most: int
    counts: str  # what is counted, in the plural
    way_out: str  # what to do about more


_TWO_POLICIES = "facts that no rule names together can be split into two policies"
_SPLIT = "split the policy into several"

# -- files ---------------------------------------------------------------------------------------

#: Ten thousand lines; policies have up to a thousand.
FILE_BYTES = Limit(2**20, "bytes of a policy file", _SPLIT)
#: All revisions of one policy, as a question reads them.
FOLDER_BYTES = Limit(
    16 * 2**20, "bytes of the files of one policy", "name the file of one revision"
)
#: One of the two sides of `diff`, all of which is in memory at the same time.
SIDE_BYTES = Limit(8 * 2**20, "bytes of all policy files of a side of `diff`", "compare one folder")
SIDE_FILES = Limit(2_000, "policy files of a side of `diff`", "compare one folder")
#: Each value takes half a kilobyte in memory; aliases count as what they stand for.
VALUES = Limit(50_000, "values of a file", _SPLIT)
#: All revisions of a policy are in memory at the same time, and both sides of `diff`.
FOLDER_VALUES = Limit(80_000, "values of the files of one policy", "name the file of one revision")
SIDE_VALUES = Limit(60_000, "values of all policy files of a side of `diff`", "compare one folder")
LEVELS = Limit(50, "levels of nesting in a file", "nest less deeply")
#: More than anyone reads; the rest of the file is not looked at.
PROBLEMS = Limit(2_000, "problems reported of a file", "fix these first")
#: Names of 20 letters; longer ones count by the product of their lengths.
COMPARED = Limit(10_000, "names compared in search of the nearest", "no suggestion is made")
#: Such as the plans of each condition that says `{not: free}`.
NAMED = Limit(500_000, "values that the conditions of a policy stand for", "name fewer values")
#: The time to read a TOML key such as `tool.zsupport.check` grows with the square of its parts.
CONFIG_BYTES = Limit(
    256 * 2**10, "bytes of a pyproject.toml", Message("name another with {config}")
)
CONFIG_PARTS = Limit(20, "parts of a key in a pyproject.toml", "shorten the key")
#: Each of them is compared with each file and folder that is found.
PATTERNS = Limit(200, "patterns of one key in a pyproject.toml", "name whole folders")

# -- a policy ------------------------------------------------------------------------------------

#: Rules of `check` compare plans, roles and priorities by pairs.
PLANS = Limit(1_000, "plans", _SPLIT)
ROLES = Limit(1_000, "roles", _SPLIT)
CHANNELS = Limit(1_000, "channels", _SPLIT)
PRIORITIES = Limit(400, "priorities", "a policy has up to ten priorities")
FACTS = Limit(1_000, "facts", _SPLIT)
METRICS = Limit(400, "metrics", _SPLIT)
CALENDARS = Limit(1_000, "calendars", _SPLIT)
GRANTS = Limit(4_000, "grants", "a `when` can name several plans, roles and priorities")
RULES = Limit(4_000, "target rules", "a `when` can name several plans, roles and channels")
#: A set of a million cases is an integer of 125 KB.
CASES = Limit(10_000_000, "cases", _TWO_POLICIES)
#: A set of cases is kept for each grant and each cell of a target rule.
SETS = Limit(400_000_000, "cases of all grants and targets together", _TWO_POLICIES)
#: Which cases exist is found for each combination of facts that both priorities and rules name.
EXCLUDING = Limit(
    4_000_000_000,
    "cases times priorities times combinations of the facts that decide them",
    "let rules name the priority instead of its facts",
)
#: 500 plans in one chain of `above` are 124,750 pairs.
PAIRS = Limit(150_000, "pairs of plans, roles or priorities by rank", "rank only neighbours")
#: Such as of all grants with each other, or of the targets of all plans by rank.
COMPARISONS = Limit(
    50_000_000_000,
    "comparisons times cases",
    "let one grant or target hold for several plans, or rank fewer of them",
)

# -- hours ---------------------------------------------------------------------------------------

LEVELS_OF_UNIONS = Limit(20, "unions in one another", "name the calendars themselves")
#: With those of every case, and one that is reached in two ways twice.
REACHED = Limit(1_000, "calendars that a union is made of", "join fewer calendars")
#: Each calendar that is joined in a case is worked out on its own, for years.
MEMBERS = Limit(120, "calendars joined in one case", "join fewer calendars")
#: A window opens 520 times in ten years.
WINDOWS = Limit(2_000, "windows a week in all calendars that are joined", "merge some of them")
#: Calendars by case multiply where they are joined.
PARTS = Limit(200, "combinations of calendars by case", "join fewer of them")

# -- questions and tests -------------------------------------------------------------------------

#: A row takes a tenth of a millisecond and two kilobytes.
ROWS = Limit(
    20_000, "rows of an answer", Message("state more of the case, such as {plan} or {fact}")
)
#: A row takes 300 steps, a grant or a rule that is looked at takes one. Rows are also computed for
#: other values of assumed facts, and for every revision of the policy.
STEPS = Limit(8_000_000, "steps to work out an answer", ROWS.way_out)
COMBINATIONS = Limit(
    500_000, "combinations of the facts that decide the priority", Message("state some with {fact}")
)
ASKED = Limit(20_000, "questions of the tests of a file", "leave out what changes nothing")
#: Each change is a policy of its own, whose answers are compared with those before.
CHANGES = Limit(
    200_000,
    "changes of a policy times its tests",
    Message("run `test {mutate}` for a smaller policy"),
)

#: Every limit by its name, in the order of the guide.
LIMITS = {name: limit for name, limit in list(globals().items()) if isinstance(limit, Limit)}
