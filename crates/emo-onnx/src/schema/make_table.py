"""Writes the table of ONNX's own operators: `table.rs` and the `lists.rs` that it refers to, and `versions.rs`, which
says of each operator which versions of the operator set changed it.

`python make_table.py FOLDER`, made with onnx 1.23.2. Facts alone are taken over (names, counts, kinds,
defaults, types), no text.
"""

import sys
from pathlib import Path

import numpy
import onnx
import onnx.defs

FIRST, LAST = 1, 27
Option = onnx.defs.OpSchema.FormalParameterOption
TENSOR_TYPES = {
    f"tensor({'float' if name == 'FLOAT' else name.lower()})": number
    for name, number in onnx.TensorProto.DataType.items()
    if number
}
KINDS = {
    "FLOAT": "Float",
    "INT": "Int",
    "STRING": "String",
    "TENSOR": "Tensor",
    "GRAPH": "Graph",
    "SPARSE_TENSOR": "SparseTensor",
    "TYPE_PROTO": "Type",
    "FLOATS": "Floats",
    "INTS": "Ints",
    "STRINGS": "Strings",
}


def type_set(types):
    """A bit for each of ONNX's numbers of tensor types; bit 0 for all that is no tensor."""
    return sum({1 << TENSOR_TYPES.get(name, 0) for name in types})


def text(value):
    return '"' + value.decode().replace("\\", "\\\\").replace('"', '\\"') + '"'


def default(attribute):
    value = attribute.default_value
    match value.type:
        case onnx.AttributeProto.FLOAT:
            return f"DefaultValue::Float({str(numpy.float32(value.f))})"
        case onnx.AttributeProto.INT:
            return f"DefaultValue::Int({value.i})"
        case onnx.AttributeProto.STRING:
            return f"DefaultValue::String({text(value.s)})"
        case onnx.AttributeProto.INTS:
            return f"DefaultValue::Ints(&{list(value.ints)})"
        case onnx.AttributeProto.STRINGS:
            return f"DefaultValue::Strings(&[{', '.join(map(text, value.strings))}])"
        case onnx.AttributeProto.UNDEFINED:
            return "DefaultValue::Required" if attribute.required else "DefaultValue::Absent"
    raise ValueError(f"{attribute.name}: a default of type {value.type}")


def attributes(schema):
    return [
        f'attribute("{name}", Kind::{KINDS[attribute.type.name]}, {default(attribute)})'
        for name, attribute in sorted(schema.attributes.items())
    ]


def parameter(value):
    variable = value.type_str.removeprefix("tensor(").removesuffix(")")
    names = f'"{value.name}", "{variable}"'
    if value.option == Option.Variadic:
        make = "each" if value.is_homogeneous else "any"
        return f"{make}({names}, {value.min_arity})"
    make = "optional" if value.option == Option.Optional else "one"
    return f"{make}({names})"


def types(schema):
    sets = {}
    for value in [*schema.inputs, *schema.outputs]:
        variable = value.type_str.removeprefix("tensor(").removesuffix(")")
        sets[variable] = type_set(value.types)
    return [f'("{variable}", TypeSet({bits:#x}))' for variable, bits in sets.items()]


def main(folder):
    versions = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.since_version <= LAST:
            versions.setdefault(schema.name, []).append(schema)
    schemas = []
    for name in sorted(versions):
        history = sorted(versions[name], key=lambda schema: schema.since_version)
        later = [schema.since_version for schema in history[1:]] + [LAST + 1]
        schemas += [schema for schema, end in zip(history, later) if end > FIRST]

    lists = {}

    def shared(letter, kind, items):
        """The name of the list of these items, which stands in the file but once."""
        if not items:
            return "&[]"
        body = f"&[{', '.join(items)}]"
        names = lists.setdefault((letter, kind), {})
        return names.setdefault(body, f"{letter}{len(names)}")

    rows = []
    for schema in schemas:
        make = "deprecated" if schema.deprecated else "schema"
        rows.append(
            f'    {make}("{schema.name}", {schema.since_version}, '
            f"{shared('P', 'Parameter', [parameter(value) for value in schema.inputs])}, "
            f"{shared('P', 'Parameter', [parameter(value) for value in schema.outputs])}, "
            f"{shared('T', '(&str, TypeSet)', types(schema))}, "
            f"{shared('A', 'AttributeSchema', attributes(schema))}),"
        )
    made = f"// Made by `make_table.py` with onnx {onnx.__version__}; not to be edited.\n\n"
    imports = [
        "use super::{AttributeKind as Kind, AttributeSchema, DefaultValue, Parameter, TypeSet};",
        "use super::{any, attribute, each, one, optional};",
    ]
    consts = [
        f"pub(super) const {name}: &[{kind}] = {body};"
        for (_, kind), names in lists.items()
        for body, name in names.items()
    ]
    Path(folder, "lists.rs").write_text(made + "\n".join([*imports, "", *consts]) + "\n")
    imports = ["use super::{Schema, deprecated, schema};", "use super::lists::*;"]
    head = ["", "/// Sorted by name, then version.", "pub(super) static TABLE: &[Schema] = &["]
    Path(folder, "table.rs").write_text(made + "\n".join([*imports, *head, *rows, "];"]) + "\n")

    since = {}
    for schema in schemas:
        since.setdefault(schema.name, []).append(str(schema.since_version))
    rows = [f"{name} {' '.join(versions)}\\n\\" for name, versions in since.items()]
    head = [
        "/// A line for each operator: its name, and the versions of the operator set that changed it.",
        'pub(super) static VERSIONS: &str = "\\',
    ]
    Path(folder, "versions.rs").write_text(made + "\n".join([*head, *rows, '";']) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
