"""The JSON Schemas of the answers: a contract, written by hand and held to by the tests."""

from typing import Any

from zsupport.answer.opening import STATES as HOURS_STATES

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_SECONDS: Schema = {"type": ["integer", "null"]}
_TEXTS_OR_NULL: Schema = {"type": ["array", "null"], "items": _TEXT}
_FACTS: Schema = {"type": "object", "additionalProperties": _TEXT}
_DATE_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}


def _object(properties: dict[str, Schema]) -> Schema:
    """Return an object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_BECAUSE: Schema = {
    "type": "array",
    "minItems": 1,
    "items": _object({"file": _TEXT, "line": {"type": "integer", "minimum": 1}, "path": _TEXT}),
}
_WARNING = _object({"code": _TEXT, "message": _TEXT})
_POLICY = _object(
    {"id": _TEXT, "revision": _DATE_OR_NULL, "file": _TEXT, "digest": {"pattern": "^sha256:"}}
)
_VERSIONS = _object(
    {
        "program": _TEXT,
        "format": {"type": "integer"},
        "tzdata": _TEXT,
        "holidays": _TEXT_OR_NULL,
    }
)
_CASE = {"plan": _TEXT_OR_NULL, "role": _TEXT_OR_NULL}
_REMARKS = {"note": _TEXT_OR_NULL, "unclear": _TEXT_OR_NULL, "source": _TEXT_OR_NULL}

STATES = (
    "not-entitled",
    "no-target",
    "not-stated",
    "needs-input",
    "not-started",
    "running",
    "at-risk",
    "paused",
    "met",
    "breached",
)

_ANSWERS: dict[str, tuple[Schema, Schema]] = {
    # kind: (an answer, the query)
    "channels": (
        _object(
            {
                **_CASE,
                "channel": _TEXT,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "allowed": {"type": "boolean"},
                "only_when": {
                    "type": ["object", "null"],
                    "properties": {"priority": {"type": "array", "items": _TEXT}},
                    "additionalProperties": False,
                },
                "name": _TEXT,
                "kind": {
                    "enum": [
                        "self-service",
                        "community",
                        "web",
                        "email",
                        "chat",
                        "phone",
                        "other",
                    ]
                },
                "url": _TEXT_OR_NULL,
                "steps": _TEXTS_OR_NULL,
                "numbers": {
                    "type": ["array", "null"],
                    "items": _object({"country": _TEXT, "number": _TEXT, "note": _TEXT_OR_NULL}),
                },
                "prerequisites": _TEXTS_OR_NULL,
                "hours": _TEXT_OR_NULL,
                "recommended": {"type": ["integer", "null"], "minimum": 1},
                "retired": _DATE_OR_NULL,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "at": _INSTANT,
            }
        ),
    ),
    "due": (
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "metric": _TEXT,
                "state": {"enum": list(STATES)},
                "target": _TEXT_OR_NULL,
                "published": _TEXT_OR_NULL,
                "condition": _TEXT_OR_NULL,
                "commitment": {"enum": ["none", "target", "objective", "agreement", None]},
                "hours": _TEXT_OR_NULL,
                "opened": _INSTANT,
                "due": _INSTANT_OR_NULL,
                "next_open": _INSTANT_OR_NULL,
                "at_risk_at": _INSTANT_OR_NULL,
                "elapsed_seconds": _SECONDS,
                "paused_seconds": _SECONDS,
                "remaining_seconds": _SECONDS,
                "starts": _TEXT,
                "retired": _DATE_OR_NULL,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "metric": {"type": "array", "items": _TEXT, "minItems": 1},
                "opened": _INSTANT,
                "answered": _INSTANT_OR_NULL,
                "updated": _INSTANT_OR_NULL,
                "resolved": _INSTANT_OR_NULL,
                "start": {"type": "object", "additionalProperties": _INSTANT},
                "pauses": {
                    "type": "array",
                    "items": _object({"from": _INSTANT, "to": _INSTANT_OR_NULL}),
                },
                "at_risk": _TEXT_OR_NULL,
                "customer_tz": _TEXT_OR_NULL,
                "customer_country": _TEXT_OR_NULL,
                "at": _INSTANT,
            }
        ),
    ),
    "hours": (
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "state": {"enum": list(HOURS_STATES)},
                "hours": _TEXT_OR_NULL,
                "open": {"type": ["boolean", "null"]},
                "next_open": _INSTANT_OR_NULL,
                "next_close": _INSTANT_OR_NULL,
                "windows": {
                    "type": ["array", "null"],
                    "items": _object({"opens": _INSTANT, "closes": _INSTANT}),
                },
                "holidays": {
                    "type": ["array", "null"],
                    "items": _object({"date": {"type": "string", "format": "date"}, "name": _TEXT}),
                },
                "retired": _DATE_OR_NULL,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "hours": _TEXT_OR_NULL,
                "customer_tz": _TEXT_OR_NULL,
                "customer_country": _TEXT_OR_NULL,
                "at": _INSTANT,
            }
        ),
    ),
    "priority": (
        _object(
            {
                "priority": _TEXT_OR_NULL,
                "name": _TEXT_OR_NULL,
                "meaning": _TEXT_OR_NULL,
                "facts": _FACTS,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object({"facts": _FACTS, "at": _INSTANT}),
    ),
    "topics": (
        _object(
            {
                "topic": _TEXT_OR_NULL,
                "audience": _TEXTS_OR_NULL,
                "kind": _TEXT,
                "name": _TEXT,
                "url": _TEXT_OR_NULL,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object({"topic": _TEXT_OR_NULL, "role": _TEXT_OR_NULL, "at": _INSTANT}),
    ),
    "terms": (
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "topic": _TEXT,
                "text": _TEXT_OR_NULL,
                "retired": _DATE_OR_NULL,
                **_REMARKS,
                "because": _BECAUSE,
            }
        ),
        _object(
            {
                **_CASE,
                "channel": _TEXT_OR_NULL,
                "priority": _TEXT_OR_NULL,
                "facts": _FACTS,
                "topic": _TEXT_OR_NULL,
                "at": _INSTANT,
            }
        ),
    ),
    "policies": (
        _object(
            {
                "policy": _TEXT,
                "title": _TEXT,
                "revision": _DATE_OR_NULL,
                "from": _DATE_OR_NULL,
                "last_day": _DATE_OR_NULL,
                "in_force": {"type": "boolean"},
                "file": _TEXT,
                "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "terms": {
                    "type": ["array", "null"],
                    "items": _object(
                        {
                            "topic": _TEXT,
                            "when": _TEXT_OR_NULL,
                            "say": _TEXT,
                            "note": _TEXT_OR_NULL,
                            "unclear": _TEXT_OR_NULL,
                            "because": _BECAUSE,
                        }
                    ),
                },
                "document": {"type": ["object", "null"]},
            }
        ),
        _object({"policy": _TEXT_OR_NULL, "at": _INSTANT}),
    ),
}

_POSITIVE: Schema = {"type": "integer", "minimum": 1}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_RANGE = {"line": _POSITIVE, "column": _POSITIVE, "end_line": _POSITIVE, "end_column": _POSITIVE}
_KIND: dict[str, Schema] = {
    "code": {"type": "string", "pattern": "^Z[A-Z][0-9]{3}$"},
    "name": _TEXT,
    "severity": {"enum": ["error", "warning", "note"]},
    "message": _TEXT,
    "file": _TEXT,
    **_RANGE,
    "path": _TEXT,
    "expected": _TEXT_OR_NULL,
    "hint": _TEXT_OR_NULL,
}
_FINDING = _object(
    {
        **_KIND,
        "label": _TEXT_OR_NULL,
        "case": {"type": ["object", "null"], "additionalProperties": _TEXT},
        "related": {
            "type": "array",
            "items": _object({"file": _TEXT, **_RANGE, "message": _TEXT}),
        },
        "fix": {
            **_object(
                {
                    "title": _TEXT,
                    "edits": {
                        "type": "array",
                        "minItems": 1,
                        "items": _object({**_RANGE, "text": _TEXT}),
                    },
                }
            ),
            "type": ["object", "null"],
        },
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
)
_SUMMARY = _object({"files": _COUNT, "errors": _COUNT, "warnings": _COUNT, "notes": _COUNT})

# What `test` measured where it was asked to.
_PLACE: dict[str, Schema] = {"file": _TEXT, "line": _POSITIVE, "path": _TEXT}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_COVERAGE: Schema = {
    **_object(
        {
            "decisions": _COUNT,
            "covered": _COUNT,
            "percent": _SHARE,
            "uncovered": {
                "type": "array",
                "items": _object(
                    {
                        "kind": {
                            "enum": [
                                "grant",
                                "denial",
                                "recommendation",
                                "target",
                                "unstated",
                                "commitment",
                                "hours",
                                "priority",
                                "no-priority",
                            ]
                        },
                        "about": _TEXT_OR_NULL,
                        **_PLACE,
                        "cases": _POSITIVE,
                        "case": {"type": "object", "additionalProperties": _TEXT},
                        "test": _TEXT_OR_NULL,
                    }
                ),
            },
        }
    ),
    "type": ["object", "null"],
}
_MUTATION: Schema = {
    **_object(
        {
            "changes": _COUNT,
            "noticed": _COUNT,
            "percent": _SHARE,
            "unnoticed": {
                "type": "array",
                "items": _object(
                    {
                        "kind": _TEXT,
                        **_PLACE,
                        "change": _TEXT,
                        "cases": _COUNT,
                        "test": _TEXT_OR_NULL,
                    }
                ),
            },
        }
    ),
    "type": ["object", "null"],
}
_WHERE: Schema = {
    **_object({"file": _TEXT, "line": _POSITIVE, "column": _POSITIVE}),
    "type": ["object", "null"],
}
_MOMENT: Schema = {
    **_object({"opened": _TEXT, "before": _TEXT_OR_NULL, "after": _TEXT_OR_NULL}),
    "type": ["object", "null"],
}
# One headline of `diff`.
_CHANGE = _object(
    {
        "class": {"enum": ["breaking", "risky", "compatible"]},
        "code": _KIND["code"],
        "name": _TEXT,
        "policy": _TEXT,
        "from": _TEXT_OR_NULL,
        "last_day": _TEXT_OR_NULL,
        "metric": _TEXT_OR_NULL,
        "says": _TEXT,
        "before": _TEXT_OR_NULL,
        "after": _TEXT_OR_NULL,
        "cases": _COUNT,
        "who": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
        "witness": {"type": ["object", "null"], "additionalProperties": _TEXT},
        "later": _MOMENT,
        "earlier": _MOMENT,
        "where": _object({"old": _WHERE, "new": _WHERE}),
    }
)

_CHECKERS: dict[str, dict[str, Schema]] = {
    # command: what its document says beside the findings
    "check": {
        "summary": _object({**_SUMMARY["properties"], "allowed": _COUNT}),
        "fixed": {
            "type": "array",
            "items": _object({"file": _TEXT, "code": _TEXT, "title": _TEXT}),
        },
        "unread": {
            "type": "array",
            "items": _object({"file": _TEXT, "message": _TEXT, "hint": _TEXT_OR_NULL}),
        },
        "switched_off": {"type": "array", "items": _TEXT},
    },
    "test": {
        "summary": _object({**_SUMMARY["properties"], "passed": _COUNT, "failed": _COUNT}),
        "tests": {
            "type": "array",
            "items": _object(
                {"name": _TEXT, "file": _TEXT, "line": _POSITIVE, "passed": {"type": "boolean"}}
            ),
        },
        "coverage": _COVERAGE,
        "mutation": _MUTATION,
    },
    "diff": {
        "audience": {"enum": ["customer", "support"]},
        "cases": _COUNT,
        "changes": {"type": "array", "items": _CHANGE},
        "words": {"type": "array", "items": _TEXT},
    },
}

_ERROR = _object(
    {
        "error": {
            "type": "object",
            "properties": {
                "kind": {"enum": ["usage", "policy", "environment", "bug"]},
                "code": {"enum": [2, 3, 4, 70]},
                "message": _TEXT,
                "hint": _TEXT_OR_NULL,
                "problems": {
                    "type": "array",
                    "minItems": 1,
                    "items": _object(_KIND),
                },
            },
            "required": ["kind", "code", "message", "hint"],
            "additionalProperties": False,
        }
    }
)

NAMES = ("policy", "tests", *_ANSWERS, *_CHECKERS, "error")


def schema(name: str) -> Schema:
    """Return the schema of this name: `policy`, a kind of answers, a checker, or `error`."""
    if name == "policy":
        from zsupport.policy.schema import policy_schema

        return policy_schema()
    if name == "tests":
        from zsupport.suite.format import tests_schema

        return tests_schema()
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"zsupport.{name}/1"}
    if name == "error":
        return {**head, **_ERROR}
    if name in _CHECKERS:
        document: dict[str, Schema] = {
            "schema": {"const": f"zsupport.{name}/1"},
            "findings": {"type": "array", "items": _FINDING},
            "summary": _SUMMARY,
            **_CHECKERS[name],
            "versions": _VERSIONS,
        }
        return {**head, **_object(document)}
    answer, query = _ANSWERS[name]
    properties = {
        "schema": {"const": f"zsupport.{name}/1"},
        "policy": _POLICY,
        "query": query,
        "answers": {"type": "array", "items": answer},
        "warnings": {"type": "array", "items": _WARNING},
        "versions": _VERSIONS,
    }
    if name == "policies":
        # These answers come from many policies; each answer names its own.
        del properties["policy"]
    return {**head, **_object(properties)}
