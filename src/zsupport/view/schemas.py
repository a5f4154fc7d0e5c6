"""The JSON Schemas of documents. The parts for questions and answers are made from types.

Tests check the answers against the schemas, and the schemas against the stable fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from zsupport.answer.case import Because, Date, Positive, Words
from zsupport.typed import field_types
from zsupport.view.questions import QUESTIONS, load_question

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_DATE_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}


def _object(properties: dict[str, Schema]) -> Schema:
    """Return the schema of an object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_SCALARS: dict[Any, tuple[str, Schema]] = {
    str: ("string", {}),
    Words: ("string", {}),
    Date: ("string", {"format": "date"}),
    Positive: ("integer", {"minimum": 1}),
    bool: ("boolean", {}),
    int: ("integer", {}),
    float: ("number", {}),
    datetime: ("string", {"format": "date-time"}),
}


def _of_type(kind: Any, *, null: bool = False, **more: Any) -> Schema:
    """Return the schema of a value of a type, such as that of a field of an answer.

    The annotations of a type are keywords of JSON Schema with their values.
    """
    parts, container = get_args(kind), get_origin(kind) or kind
    if NoneType in parts:
        return _of_type(parts[0], null=True)
    if container is Annotated:
        return _of_type(parts[0], null=null, **dict(parts[1:]))
    if "enum" in more:
        return {"enum": [*more["enum"], None] if null else [*more["enum"]]}
    name, inside = _SCALARS.get(container, ("object", {}))
    if container in (tuple, list):
        name, inside = "array", {"items": _of_type(parts[0])}
        if parts[0] is Because:
            more["minItems"] = 1
    elif container in (dict, Mapping):
        inside = {} if parts[1] is object else {"additionalProperties": _of_type(parts[1])}
    elif name == "object":
        inside = _object(
            {key: _of_type(field_type) for key, field_type in field_types(kind).items()}
        )
        del inside["type"]
        if not getattr(kind, "__total__", True):
            del inside["required"]
    return {"type": [name, "null"] if null else name, **more, **inside}


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
_RELATED: Schema = {
    "type": "array",
    "items": _object({"file": _TEXT, **_RANGE, "message": _TEXT}),
}
_FINDING = _object(
    {
        **_KIND,
        "label": _TEXT_OR_NULL,
        "case": {"type": ["object", "null"], "additionalProperties": _TEXT},
        "related": _RELATED,
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

# The measurements of `test`; null if they were not requested.
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
                                "limit",
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
# One change of `diff`.
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
    # By command: the fields of its document besides the findings.
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
                    "items": _object({**_KIND, "related": _RELATED}),
                },
            },
            "required": ["kind", "code", "message", "hint"],
            "additionalProperties": False,
        }
    }
)

NAMES = ("policy", "tests", *QUESTIONS, "policies", "targets", "audit", *_CHECKERS, "error")


def schema(name: str) -> Schema:
    """Return the schema of one of the NAMES."""
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
    if name == "audit":
        from zsupport.audit.summary import UNSHOWN, Summary
        from zsupport.view.audit import ShownAuditQuery, ShownShare
        from zsupport.view.comparison import ShownComparison

        return {
            **head,
            **_object(
                {
                    "schema": {"const": f"zsupport.{name}/1"},
                    "policy": _POLICY,
                    "query": _of_type(ShownAuditQuery),
                    "summary": _object(
                        {
                            key: _of_type(field_type)
                            for key, field_type in field_types(Summary).items()
                            if key not in UNSHOWN
                        }
                    ),
                    "fail_under": _of_type(ShownShare, null=True),
                    "comparison": _of_type(ShownComparison, null=True),
                    "warnings": {"type": "array", "items": _WARNING},
                    "versions": _VERSIONS,
                }
            ),
        }
    policy: dict[str, Schema] = {}
    if name == "policies":
        # These answers come from many policies, so each answer names its policy.
        from zsupport.view.policies import ShownRevision

        answer, query = _of_type(ShownRevision), {"policy": _TEXT_OR_NULL}
    elif name == "targets":
        from zsupport.answer.target_rows import TargetRow

        # These answers come from all revisions of a policy.
        answer = _of_type(TargetRow)
        query = dict.fromkeys(("policy", "customer_tz", "customer_country"), _TEXT_OR_NULL)
    else:
        question = load_question(name)
        answer, policy = _of_type(question.answer), {"policy": _POLICY}
        query = {field: _of_type(kind) for field, kind in question.query().items()}
    properties = {
        "schema": {"const": f"zsupport.{name}/1"},
        **policy,
        "query": _object({**query, "at": _INSTANT}),
        "answers": {"type": "array", "items": answer},
        "warnings": {"type": "array", "items": _WARNING},
        "versions": _VERSIONS,
    }
    return {**head, **_object(properties)}
