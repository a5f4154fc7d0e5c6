"""The limits of policies, tests and questions.

Each limit is checked before the work that it bounds. A policy over a limit has a finding. A
question over a limit ends with an error. The limits are far above the size of real policies. They
keep each run within 400 times the start-up time of Python, and within 300 MB of memory.
"""

from __future__ import annotations

from zsupport.typed import NamedTuple
from zsupport.wording import Message


class Limit(NamedTuple):
    """The largest allowed number of something."""

    most: int  # the largest allowed number
    counts: str  # what is counted, in the plural
    hint: str  # what to do if the limit is exceeded


_TWO_POLICIES = Message(
    "split the policy into two policies, so that each rule needs the facts of only one"
)
_SPLIT = Message("split the policy into several")

# -- files ---------------------------------------------------------------------------------------

#: About ten thousand lines. Real policies have up to a thousand lines.
FILE_BYTES = Limit(2**20, Message("bytes in a policy file"), _SPLIT)
#: A question reads all revisions of a policy.
FOLDER_BYTES = Limit(
    16 * 2**20,
    Message("bytes in the files of one policy"),
    Message("name the file of one revision"),
)
#: All files of both sides of `diff` are in memory at the same time.
SIDE_BYTES = Limit(
    8 * 2**20,
    Message("bytes in all policy files of a side of `diff`"),
    Message("compare one folder"),
)
SIDE_FILES = Limit(
    2_000, Message("policy files on a side of `diff`"), Message("compare one folder")
)
#: A value takes half a kilobyte in memory. An alias counts as all the values it expands to.
VALUES = Limit(50_000, Message("values in a file"), _SPLIT)
#: All revisions of a policy, or both sides of `diff`, are in memory at the same time.
FOLDER_VALUES = Limit(
    80_000, Message("values in the files of one policy"), Message("name the file of one revision")
)
SIDE_VALUES = Limit(
    60_000, Message("values in all policy files of a side of `diff`"), Message("compare one folder")
)
LEVELS = Limit(50, Message("levels of nesting in a file"), Message("use fewer levels"))
#: After this number of findings, the rest of the file is not checked.
PROBLEMS = Limit(2_000, Message("findings in a file"), Message("fix these findings first"))
#: Two names of 20 letters count as one comparison. The cost grows with the product of the lengths.
NAME_COMPARISONS = Limit(
    10_000,
    Message("comparisons to suggest a similar name"),
    Message("correct the unknown names first"),
)
#: `{not: free}` counts as all plans except `free`.
CONDITION_VALUES = Limit(
    500_000,
    Message("values in total in the conditions of a policy"),
    Message("use fewer values or conditions"),
)
CONFIG_BYTES = Limit(
    256 * 2**10, Message("bytes in a pyproject.toml"), Message("name a smaller file with {config}")
)
#: The time to parse a TOML key such as `tool.zsupport.check` grows with the square of the number of
#: its parts.
CONFIG_PARTS = Limit(20, Message("parts in a key of a pyproject.toml"), Message("shorten the key"))
#: Every pattern is compared with every file and folder.
PATTERNS = Limit(
    200, Message("patterns in one key of pyproject.toml"), Message("use patterns for whole folders")
)

CALENDAR_BYTES = Limit(
    2**20, Message("bytes in a calendar file"), Message("export fewer years or calendars")
)
#: A day off takes a line in a policy.
CALENDAR_DATES = Limit(
    5_000, Message("days off in a calendar file"), Message("remove events that are not days off")
)
#: To find the dates of the rules of a calendar file, every day of their years is examined.
CALENDAR_STEPS = Limit(
    1_500_000,
    Message("days to examine for the rules of a calendar file"),
    Message("remove events that are not days off"),
)

# -- a policy ------------------------------------------------------------------------------------

#: Rules of `check` compare all pairs of plans, all pairs of roles and all pairs of priorities.
PLANS = Limit(1_000, Message("plans"), _SPLIT)
ROLES = Limit(1_000, Message("roles"), _SPLIT)
CHANNELS = Limit(1_000, Message("channels"), _SPLIT)
PRIORITIES = Limit(400, Message("priorities"), Message("define fewer priorities"))
FACTS = Limit(1_000, Message("facts"), _SPLIT)
METRICS = Limit(400, Message("metrics"), _SPLIT)
CALENDARS = Limit(1_000, Message("calendars"), _SPLIT)
GRANTS = Limit(
    4_000,
    Message("grants"),
    Message("combine grants: a `when` can name several plans, roles and priorities"),
)
RULES = Limit(
    4_000,
    Message("target rules"),
    Message("combine rules: a `when` can name several plans, roles and channels"),
)
#: A set of a million cases is an integer of 125 KB.
CASES = Limit(10_000_000, Message("cases"), _TWO_POLICIES)
#: Every grant and every cell of a target rule has a set of cases.
SETS = Limit(400_000_000, Message("cases in all grants and targets together"), _TWO_POLICIES)
#: To find the cases that can occur, `check` computes a case set for every priority and every
#: combination of the facts that decide it.
CASE_COMBINATIONS = Limit(
    4_000_000_000,
    Message("combinations of cases, priorities and the facts that decide them"),
    Message("use the priority in rules instead of its facts"),
)
#: 500 plans in one chain of `above` are 124,750 pairs.
PAIRS = Limit(
    150_000,
    Message("pairs of plans, roles or priorities by rank"),
    Message("name only the next lower rank in `above`"),
)
#: Comparing two case sets counts as one comparison for each case. Rules of `check` compare all
#: grants, or the targets of all plans by rank.
COMPARISONS = Limit(
    50_000_000_000,
    Message("comparisons of cases"),
    Message("combine the grants or targets of several plans, or rank fewer plans"),
)

# -- hours ---------------------------------------------------------------------------------------

LEVELS_OF_UNIONS = Limit(
    20, Message("levels of nested unions"), Message("name the calendars directly")
)
#: The calendars of all cases count. A calendar in two members counts twice.
UNION_CALENDARS = Limit(1_000, Message("calendars in a union"), Message("join fewer calendars"))
#: Each joined calendar is computed separately, for several years.
JOINED_CALENDARS = Limit(
    120, Message("calendars joined in one case"), Message("join fewer calendars")
)
#: A window opens 520 times in ten years.
WINDOWS = Limit(
    2_000, Message("windows per week in all joined calendars"), Message("merge adjacent windows")
)
#: The number of combinations in a union is the product of the numbers of calendars of its members.
CALENDAR_COMBINATIONS = Limit(
    200, Message("combinations of calendars by case"), Message("join fewer calendars")
)
#: A window of the week is a span in each week. The calendars of all targets count. A span takes a
#: kilobyte.
SPANS = Limit(
    150_000,
    Message("spans in a table of opening hours"),
    Message("state fewer years, or name the hours"),
)

# -- questions and tests -------------------------------------------------------------------------

#: A row takes a tenth of a millisecond and two kilobytes.
ROWS = Limit(
    20_000,
    Message("rows in an answer"),
    Message("state more of the case, such as {plan} or {fact}"),
)
#: A row takes 300 steps; a grant or rule that is checked takes one. Rows are also computed for
#: other values of assumed facts, and for every revision of the policy.
STEPS = Limit(8_000_000, Message("steps to compute an answer"), ROWS.hint)
#: The largest number for a small policy: the steps of a row for each change are at most STEPS.
CASE_CHANGES = Limit(
    40_000,
    Message("changes during a case"),
    Message("state fewer changes; in an event log, an id must stand for one ticket"),
)
#: With `on-change: restart`, each change counts the pauses up to its own deadline.
PAUSES_OF_CHANGES = Limit(
    2_000_000,
    Message("pauses counted for all changes of a case"),
    CASE_CHANGES.hint,
)
COMBINATIONS = Limit(
    500_000,
    Message("combinations of the facts that decide the priority"),
    Message("state some facts with {fact}"),
)
TEST_QUESTIONS = Limit(
    20_000,
    Message("questions in the tests of a file"),
    Message("remove dimensions that do not change the answer"),
)
#: A mutant is a changed policy. Its answers are compared with those of the original policy.
MUTANT_RUNS = Limit(
    200_000,
    Message("runs of a test on a mutant"),
    Message("run `test {mutate}` on a smaller policy"),
)

#: A row of CSV, or an object of JSON. A quote that is never closed is noticed at this limit.
TICKET_RECORD = Limit(
    2**25,
    Message("characters in a row of a ticket file"),
    Message("export fewer columns, or write one JSON object per line"),
)
TICKET_COLUMNS = Limit(20_000, Message("columns in a ticket file"), Message("export fewer columns"))

#: A browser shows a page of this size at once, and a person can read it.
PAGE_BYTES = Limit(100_000, Message("bytes in a page of `publish`"), _SPLIT)

#: All limits by name, in the order of the guide.
LIMITS = {name: limit for name, limit in list(globals().items()) if isinstance(limit, Limit)}
