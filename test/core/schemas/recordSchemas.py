"""
Records how Prefect 3 validates values against the schemas that pydantic and Prefect write: recordedSchemas.json.

  python3.11 -m venv venv && venv/bin/pip install prefect==3.8.8
  venv/bin/python recordSchemas.py

Each schema comes with values that were written by hand. Each of their members is then replaced by values of other
types, and left out. For each value the file has the answer of prefect.utilities.schema_tools.validate in three ways:
for a run, for a deployment (required values may be missing), and for job variables (null may replace a default).
"""

import copy
import datetime
import decimal
import enum
import json
import pathlib
import uuid
from typing import Annotated, Any, Dict, List, Literal, NamedTuple, Optional, Set, Tuple, Union

import jsonschema
import pydantic
import pydantic.v1 as pydantic1
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import CircularSchemaRefError, ValidationError, validate
from typing_extensions import TypedDict

HERE = pathlib.Path(__file__).parent
CASES = []


def case(*values):
    """Uses the schema that Prefect writes for the parameters of the decorated function."""

    def decorate(function):
        schema = parameter_schema(function).model_dump_for_openapi()
        CASES.append((function.__name__, schema, values))
        return function

    return decorate


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Address(pydantic.BaseModel):
    street: str
    number: int = pydantic.Field(ge=1)
    city: Optional[str] = None


class Person(pydantic.BaseModel):
    name: str = pydantic.Field(min_length=1, max_length=10)
    addresses: List[Address] = []
    tags: Set[str] = set()


class Closed(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    a: int
    b: Optional[int] = None


class Tree(pydantic.BaseModel):
    value: int
    children: List["Tree"] = []


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: List[str]


class Point(NamedTuple):
    x: int
    y: int


class Movie(TypedDict):
    title: str
    year: int


class Settings1(pydantic1.BaseModel):
    region: str = pydantic1.Field(..., regex="^[a-z]{2}-[a-z]+-[0-9]$")
    size: Optional[int]
    window: Tuple[int, str] = (1, "a")


class Parameters1(pydantic1.BaseModel):
    pair: Tuple[int, str]
    optional_pair: Optional[Tuple[int, str]]
    settings: Settings1
    colours: List[Colour] = []
    limit: pydantic1.conint(gt=0, le=10, multiple_of=2) = 2
    code: pydantic1.constr(min_length=2, max_length=4, regex=r"^[A-Z]+\Z") = "AB"

    class Config:
        extra = "forbid"


@case({}, {"extra": 1})
def nothing():
    pass


@case({"x": 1}, {"x": "a"}, {})
def untyped(x, y=2):
    pass


@case({"x": 1}, {"x": 1.0}, {"x": 1.5}, {"x": 10**20}, {"x": 1234567890123456789012}, {"x": -(10**18)}, {"x": 1e16})
def integer(x: int):
    pass


@case({"x": 1, "y": 2.5, "z": True}, {"x": 1e300})
def numbers(x: float, y: float = 1.5, z: bool = False):
    pass


@case({"x": "a", "y": "b"}, {"x": "it's"}, {"x": 'a "quoted" \' text'}, {"x": "a\n\t\u00e9\u200b\U0001f600"})
def texts(x: str, y: Optional[str] = None):
    pass


@case({"x": 1}, {"x": "a"}, {"x": None})
def optional(x: Optional[int]):
    pass


@case({"x": 1, "y": "a"})
def unions(x: Union[int, str], y: Union[int, str, None] = None):
    pass


@case({"x": [1, 2], "y": {"a": 1}})
def collections(x: List[int], y: Dict[str, int] = {}, z: Optional[List[str]] = None):
    pass


@case({"x": [1, "a"]}, {"x": ["a", 1]}, {"x": [1]}, {"x": [1, "a", 2]})
def pair(x: Tuple[int, str]):
    pass


@case({"x": [1, 2, 3]}, {"x": []}, {"x": [1, "a"]})
def many(x: Tuple[int, ...]):
    pass


@case({"x": [[1, "a"], [2, "b"]]}, {"x": [[1, "a"], ["b", 2]]})
def pairs(x: List[Tuple[int, str]]):
    pass


@case({"x": ["a", "b"]}, {"x": ["a", "a"]}, {"x": [1, 1.0]}, {"x": [2**60, 2**60 + 1]})
def unique(x: Set[str]):
    pass


@case({"x": "red", "y": 1}, {"x": "blue"}, {"x": "RED"})
def enums(x: Colour, y: Level = Level.LOW, z: Optional[Colour] = None):
    pass


@case({"x": "a", "y": 1}, {"x": "c"})
def literals(x: Literal["a", "b"], y: Literal[1, "one", True] = 1):
    pass


@case({"x": {"street": "s", "number": 1}}, {"x": {"street": "s", "number": 0}}, {"x": {"street": 1, "number": "a"}})
def model(x: Address):
    pass


@case(
    {"x": {"name": "n", "addresses": [{"street": "s", "number": 2, "city": "c"}], "tags": ["a"]}},
    {"x": {"name": "", "addresses": [{"street": "s"}]}},
    {"x": {"name": "a name that is too long"}},
)
def nested(x: Person, y: Optional[Person] = None):
    pass


@case({"x": {"a": 1}}, {"x": {"a": 1, "c": 2}}, {"x": {"a": 1, "c": 2, "d": 3}}, {"x": {"b": None}})
def closed(x: Closed):
    pass


@case({"x": {"value": 1, "children": [{"value": 2, "children": [{"value": "a"}]}]}}, {"x": {"value": 1}})
def tree(x: Tree):
    pass


@case({"x": {"kind": "cat", "lives": 9}}, {"x": {"kind": "dog", "tricks": []}}, {"x": {"kind": "cow"}}, {"x": {"kind": "cat"}})
def tagged(x: Annotated[Union[Cat, Dog], pydantic.Field(discriminator="kind")]):
    pass


@case({"x": {"kind": "cat", "lives": 9}}, {"x": {"kind": "dog", "tricks": [1]}}, {"x": {"lives": 1}})
def either(x: Union[Cat, Dog, None]):
    pass


@case({"x": [1, 2]}, {"x": {"x": 1}})
def named_tuple(x: Point):
    pass


@case({"x": {"title": "t", "year": 1}}, {"x": {"title": "t"}})
def typed_dict(x: Movie):
    pass


@case({"x": "2024-01-01T00:00:00Z", "y": "2024-01-01", "z": "P1D"}, {"x": "tomorrow"})
def times(x: datetime.datetime, y: Optional[datetime.date] = None, z: datetime.timedelta = datetime.timedelta(days=1)):
    pass


@case({"x": str(uuid.UUID(int=1)), "y": "1.5"}, {"x": "none", "y": 1.5})
def formats(x: uuid.UUID, y: decimal.Decimal = decimal.Decimal("1.5"), z: Optional[pathlib.Path] = None):
    pass


@case({"x": "https://example.com", "y": "AB"}, {"x": "", "y": "ABC"})
def web(x: pydantic.HttpUrl, y: Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z]{2}$")] = "AB"):
    pass


@case({"x": 4}, {"x": 4.0}, {"x": 10**20 + 1}, {"x": 3}, {"x": 0}, {"x": 11}, {"x": 10.0}, {"x": 2.5})
def bounds(x: Annotated[int, pydantic.Field(gt=0, le=10, multiple_of=2)]):
    pass


@case({"x": 0.3}, {"x": 0.25}, {"x": 1e308}, {"x": 5})
def fractions(x: Annotated[float, pydantic.Field(ge=0, lt=1e309, multiple_of=0.1)]):
    pass


@case({"x": "ab"}, {"x": "a"}, {"x": "abcdef"}, {"x": "\U0001f600\U0001f600"}, {"x": ""})
def lengths(x: Annotated[str, pydantic.Field(min_length=2, max_length=4)]):
    pass


@case({"x": [1]}, {"x": []}, {"x": [1, 2, 3, 4]})
def sizes(x: Annotated[List[int], pydantic.Field(min_length=1, max_length=3)]):
    pass


@case({"x": {"a": {"b": [1]}}}, {"x": {"a": {"b": ["c"]}}}, {"x": {"a": []}})
def deep(x: Dict[str, Dict[str, List[int]]]):
    pass


@case({"x": {"a": 1}}, {"x": [1]}, {"x": None})
def anything(x: Any, y: dict = {}, z: list = []):
    pass


@case({"a": 1, "kwargs": {"b": 2}}, {"a": 1, "args": [1]})
def variadic(a: int, *args, **kwargs):
    pass


@case({"a": 1, "c": True}, {"a": 1, "b": "x", "c": False})
def keyword_only(a: int, /, b: str = "b", *, c: bool):
    pass


@case({"required": 1}, {"required": "a"})
def property_named_required(required: int, properties: Optional[dict] = None):
    pass


@case({"x": "a"}, {"x": 1})
def documented(x: str = "a", y: Annotated[int, pydantic.Field(description="how many", examples=[1])] = 1):
    """
    Does something.

    Args:
        x: A text.
    """


@case({"x": "abc"}, {"x": "ABC"}, {"x": "abc\n"})
def python_pattern(x: Annotated[str, pydantic.Field(json_schema_extra={"pattern": r"(?P<word>[a-z]+)\Z"})]):
    pass


@case({"x": [[1, 2], [3]]}, {"x": [[1, "a"]]}, {"x": [1]})
def matrix(x: List[List[int]], y: Optional[List[Optional[int]]] = None):
    pass


@case({"x": 1, "y": [Colour.RED.value]}, {"x": 5, "y": ["blue"]})
def defaults(x: Optional[int] = 1, y: List[Colour] = [Colour.RED]):
    pass


@case({"x": {"red": 1}}, {"x": {"blue": 1}}, {"x": {"red": "a"}})
def enum_keys(x: Dict[Colour, int]):
    pass


@case({"x": "secret"}, {"x": 1})
def secrets(x: pydantic.SecretStr, y: Optional[pydantic.Json] = None):
    pass


def by_hand(name, schema, *values):
    CASES.append((name, schema, values))


by_hand(
    "pydantic 1",
    Parameters1.schema(),
    {"pair": [1, "a"], "settings": {"region": "eu-west-1"}},
    {"pair": ["a", 1], "settings": {"region": "EU", "window": [1, 2]}, "limit": 3, "code": "ab"},
    {"pair": [1, "a"], "optional_pair": [2, "b"], "settings": {"region": "eu-west-1", "size": None}, "colours": ["red"]},
    {"pair": [1, "a"], "settings": {"region": "eu-west-1"}, "other": 1},
)
by_hand("pydantic 1, nested tuples", pydantic1.create_model("M", x=(List[Tuple[int, str]], ...)).schema(), {"x": [[1, "a"]]})
by_hand(
    "a block",
    {
        "type": "object",
        "properties": {"x": {"title": "x", "position": 0, "allOf": [{"$ref": "#/definitions/Bucket"}]}},
        "required": ["x"],
        "definitions": {
            "Bucket": {
                "title": "Bucket",
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "required": ["name"],
                "block_type_slug": "bucket",
                "block_schema_references": {},
            }
        },
    },
    {"x": {"name": "b"}},
    {"x": {"$ref": str(uuid.UUID(int=2))}},
    {"x": {"$ref": {"block_document_id": str(uuid.UUID(int=2))}}},
    {"x": {"$ref": {}}},
    {"x": {"$ref": 1}},
    {"x": {"other": 1}},
)
by_hand(
    "conditions",
    {
        "type": "object",
        "properties": {"a": {"const": 1}, "b": {"not": {"type": "string"}}, "c": {"contains": {"type": "integer"}, "maxContains": 2}},
        "if": {"required": ["a"]},
        "then": {"required": ["b"]},
        "else": {"required": ["c"]},
        "dependentRequired": {"c": ["d"]},
        "minProperties": 1,
        "maxProperties": 3,
    },
    {"a": 1, "b": 2},
    {"a": 1},
    {"c": [1], "d": 1},
    {"c": [1, 2, 3], "d": 1},
    {"a": True, "b": "x"},
    {"a": 1, "b": 2, "c": [1], "d": 1},
    {},
)
by_hand(
    "patterns of names",
    {
        "type": "object",
        "patternProperties": {"^n_": {"type": "integer"}, "^(?i:T)_": {"type": "string"}},
        "propertyNames": {"maxLength": 5},
        "additionalProperties": False,
    },
    {"n_1": 1, "t_1": "a"},
    {"n_1": "a"},
    {"x": 1},
    {"x": 1, "y": 2},
    {"n_12345": 1},
)
by_hand(
    "alternatives",
    {
        "type": "object",
        "properties": {
            "x": {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5}]},
            "y": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "object", "required": ["a"]}]},
        },
        "required": ["x"],
    },
    {"x": 1},
    {"x": 7},
    {"x": 7.5},
    {"x": "a", "y": [1, "b"]},
    {"x": 1, "y": {"b": 1}},
)
by_hand(
    "nothing unevaluated",
    {
        "type": "object",
        "allOf": [{"properties": {"a": {"type": "integer"}}}, {"$ref": "#/$defs/b"}],
        "properties": {"c": {"prefixItems": [{"type": "integer"}], "unevaluatedItems": False}, "d": {"prefixItems": [True], "items": False}},
        "unevaluatedProperties": False,
        "$defs": {"b": {"properties": {"b": True}}},
    },
    {"a": 1, "b": 2, "c": [1], "d": [1]},
    {"a": 1, "z": 2},
    {"y": 1, "z": 2},
    {"c": [1, 2]},
    {"d": [1, 2]},
    {"d": [1, 2, 3]},
)
by_hand("false", {"properties": {"x": {"allOf": [False]}}}, {"x": 1}, {})
by_hand("a circle", {"$ref": "#"}, {})
by_hand("a longer circle", {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}, "properties": {"x": {"$ref": "#/$defs/a"}}}, {"x": 1}, {})
by_hand("a reference to nowhere", {"properties": {"x": {"$ref": "#/$defs/gone"}}}, {"x": 1}, {})
by_hand("a reference to elsewhere", {"properties": {"x": {"$ref": "https://example.com/schema.json"}}}, {"x": 1})
by_hand("an anchor", {"properties": {"x": {"$ref": "#here"}}, "$defs": {"a": {"$anchor": "here", "type": "integer"}}}, {"x": 1}, {"x": "a"})
by_hand("escaped pointers", {"properties": {"x": {"$ref": "#/$defs/a~1b%20c"}}, "$defs": {"a/b c": {"type": "integer"}}}, {"x": 1}, {"x": "a"})
by_hand("odd names", {"properties": {"a b": {"type": "integer"}, "it's": {"type": "integer"}, "ok": {"items": {"properties": {"1": {"type": "integer"}}}}}}, {"a b": "x"}, {"it's": "x"}, {"ok": [{"1": "x"}]})
by_hand("an unknown type", {"properties": {"x": {"type": "float"}}}, {"x": 1})
by_hand("a type that is no text", {"properties": {"x": {"type": 5}}}, {"x": 1})
by_hand("a pattern that is none", {"properties": {"x": {"pattern": "["}}}, {"x": "a"}, {})
by_hand("a pattern of another language", {"properties": {"x": {"type": "string", "pattern": r"^\p{L}+$"}}}, {"x": "a"})
by_hand("required that is no list", {"required": "x"}, {})
by_hand("a negative length", {"properties": {"x": {"minLength": -1}}}, {"x": "a"})
by_hand("an empty choice", {"properties": {"x": {"anyOf": []}}}, {"x": "a"})
by_hand("an older draft", {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"x": {"type": "integer", "exclusiveMinimum": 0}}, "required": ["x"]}, {"x": 1}, {"x": 0}, {})


by_hand(
    "texts in messages",
    {"properties": {"x": {"maxLength": 1}}, "required": ["x"]},
    {"x": "it's a \"text\""},
    {"x": "it's"},
    {"x": "\u00a0\u200b\U000e0001 \x01\x7f\\ \n\r\t"},
)
by_hand("numbers in messages", {"properties": {"x": {"type": "string"}}, "required": ["x"]}, {"x": 1e-7}, {"x": 1e22}, {"x": -1.5e300}, {"x": 0.0001}, {"x": 123456789012345678.0}, {"x": 100.0})
by_hand(
    "unevaluated by all means",
    {
        "properties": {
            "x": {"allOf": [{"items": True}], "unevaluatedItems": False},
            "y": {"allOf": [True, {"prefixItems": [True]}], "if": {"minItems": 2}, "then": {"prefixItems": [True, True]}, "else": {}, "unevaluatedItems": False},
            "z": {
                "dependentSchemas": {"a": {"properties": {"b": True}}, "q": True},
                "allOf": [True, {"patternProperties": {"^p": True}}, {"additionalProperties": {"type": "integer"}}],
                "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
                "then": {"properties": {"c": True}},
                "unevaluatedProperties": {"type": "boolean"},
            },
        }
    },
    {"x": [1]},
    {"y": [1]},
    {"y": [1, 2]},
    {"y": [1, 2, 3]},
    {"z": {"a": 1, "b": "b", "c": "c", "p": "p", "t": True}},
    {"z": {"a": 2, "c": "c", "d": "d"}},
    {"z": {"q": "q"}},
)
by_hand("counts", {"properties": {"x": {"contains": {"type": "integer"}, "minContains": 2}, "y": {"maxItems": 0}, "z": {"maxLength": 0}}}, {"x": [1]}, {"y": [1]}, {"z": "a"})
by_hand("documents", {"$id": "https://example.com/root/main", "properties": {"x": {"$ref": "part"}, "y": {"$ref": "#/$defs/list/allOf/0"}, "v": {"items": {"$ref": "#n"}}}, "$defs": {"p": {"$id": "part", "$ref": "#inner", "$defs": {"i": {"$anchor": "inner", "type": "integer"}}}, "list": {"allOf": [{"type": "integer"}]}, "n": {"$anchor": "n", "type": "integer"}}}, {"x": 1}, {"x": "a"}, {"y": "a"}, {"v": [1, 2, "a"]})
by_hand("several types", {"properties": {"x": {"anyOf": [{"type": ["integer", "null"], "minimum": 3}, {"type": "string", "minLength": 2}]}}, "required": ["x"]}, {"x": 1}, {"x": "a"}, {"x": [1]}, {"x": None})
by_hand("other definitions", {"definitions": {"b": {"type": "integer"}}, "properties": {"x": {"$ref": "#/definitions/b"}, "y": {"items": [{"type": "integer"}], "prefixItems": []}}}, {"x": 1}, {"x": "a"})

OTHERS = [None, True, 0, -1, 2.5, "", "x", [], ["x", 1], {}, {"a": 1}]


def variants(value):
    yield value
    for name in value:
        yield {key: member for key, member in value.items() if key != name}
        for other in OTHERS:
            yield {**value, name: other}


def answer(schema, value, **options):
    try:
        validate(copy.deepcopy(value), copy.deepcopy(schema), raise_on_error=True, **options)
        return None
    except ValidationError as error:
        return str(error)
    except CircularSchemaRefError:
        return "Invalid schema: Unable to validate schema with circular references."
    # Prefect masks these as internal errors.
    except jsonschema.SchemaError as error:
        return f"Invalid schema: {error.message}"


def record(name, schema, values):
    recorded, seen = [], []
    for value in (variant for value in values for variant in variants(value)):
        text = json.dumps(value)
        if text in seen:
            continue
        seen.append(text)
        for_run = answer(schema, value)
        for_deployment = answer(schema, value, ignore_required=True)
        for_job = answer(schema, value, allow_none_with_default=True)
        recorded.append([value, for_run] if for_run == for_deployment == for_job else [value, for_run, for_deployment, for_job])
    return {"name": name.replace("_", " "), "schema": schema, "values": recorded}


def lines(cases):
    for one in cases:
        head = json.dumps({"name": one["name"], "schema": one["schema"]})[:-1]
        body = ",\n    ".join(json.dumps(value) for value in one["values"])
        yield f'  {head}, "values": [\n    {body}\n  ]}}'


recording = [record(*one) for one in CASES]
(HERE / "recordedSchemas.json").write_text("[\n" + ",\n".join(lines(recording)) + "\n]\n")
print(len(recording), "schemas,", sum(len(one["values"]) for one in recording), "values")
