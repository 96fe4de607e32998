"""What the Messages API takes as `output_config`, by the installed SDK's own types and rules.

The keys and words are read from `OutputConfigParam` and `JSONOutputFormatParam`. A schema must be
one that the SDK's own `transform_schema`, which brings schemas into the form that the API takes,
has nothing to take out of.
"""

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints


def why_not(body: Mapping[str, Any]) -> str:
    """Why a request is refused for the form of its output, in the API's manner; empty where not."""
    if "output_format" in body:
        return "output_format: Extra inputs are not permitted"
    if "output_config" not in body:
        return ""
    from anthropic.types.json_output_format_param import JSONOutputFormatParam
    from anthropic.types.output_config_param import OutputConfigParam

    config = body["output_config"]
    if why := _misfit("output_config", config, OutputConfigParam):
        return why
    efforts = [word for one in get_args(get_type_hints(OutputConfigParam)["effort"]) for word in
               get_args(one)]  # fmt: skip
    if config.get("effort") not in (None, *efforts):
        return f"output_config.effort: Input should be one of {efforts}"
    form = config.get("format")
    if form is None:
        return ""
    if why := _misfit("output_config.format", form, JSONOutputFormatParam):
        return why
    if form["type"] != "json_schema":
        return "output_config.format.type: Input should be 'json_schema'"
    return _schema_misfit(form["schema"])


def _misfit(place: str, given: object, form: type) -> str:
    """What is wrong with the keys of a mapping."""
    if not isinstance(given, dict):
        return f"{place}: Input should be an object"
    for key in given:
        if key not in get_type_hints(form):
            return f"{place}.{key}: Extra inputs are not permitted"
    for key, hint in get_type_hints(form, include_extras=True).items():
        # Not `__required_keys__`: with postponed annotations it does not see `Required`.
        if "Required[" in str(hint) and key not in given:
            return f"{place}.{key}: Field required"
    return ""


def _schema_misfit(schema: object) -> str:
    from anthropic.lib._parse._transform import transform_schema

    if not isinstance(schema, dict):
        return "output_config.format.schema: Input should be an object"
    try:
        taken = transform_schema(schema)
    except (TypeError, ValueError, AssertionError) as error:
        return f"output_config.format.schema: {error}"
    if _plain(taken) != _plain(schema):
        return "output_config.format.schema: it holds what structured output does not take"
    return ""


def _plain(schema: Any) -> Any:
    """A schema without the types of enums, which they say themselves."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items()}
    if "enum" in kept:
        kept.pop("type", None)
    return kept
