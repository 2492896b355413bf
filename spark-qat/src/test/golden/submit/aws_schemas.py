"""Writes the schemas of the JSON files in conf/emr, from the models that the AWS CLI itself checks requests with.

    pip install awscli==1.45.11          # with botocore 1.43.11
    python aws_schemas.py ../../resources/submit
"""
import json
import pathlib
import sys

import awscli
import botocore
import botocore.session
from awscli.customizations.emr import argumentschema

MADE_WITH = f"aws_schemas.py, awscli {awscli.__version__}, botocore {botocore.__version__}"
SCALARS = {"string": "string", "blob": "string", "timestamp": "string", "boolean": "boolean",
           "integer": "integer", "long": "integer", "float": "number", "double": "number"}


def of_shape(shape, rename=lambda name: name, inside=()):
    """The schema of a botocore shape; `rename` is applied to the names of structures."""
    if shape.name in inside:  # a shape that contains itself is not followed
        return {"type": {"list": "array"}.get(shape.type_name, "object")}
    inside = inside + (shape.name,)
    if shape.type_name == "structure":
        schema = {"type": "object",
                  "properties": {rename(k): of_shape(v, rename, inside) for k, v in shape.members.items()}}
        # The client makes idempotency tokens itself.
        required = [k for k in shape.required_members if k not in tokens(shape)]
        if required:
            schema["required"] = [rename(k) for k in required]
        return schema
    if shape.type_name == "list":
        return {"type": "array", "items": of_shape(shape.member, rename, inside)}
    if shape.type_name == "map":
        return {"type": "object", "additionalProperties": of_shape(shape.value, rename, inside)}
    schema = {"type": SCALARS[shape.type_name]}
    if getattr(shape, "enum", None):
        schema["enum"] = list(shape.enum)
    if shape.metadata.get("pattern"):
        schema["pattern"] = shape.metadata["pattern"]
    for limit in ("min", "max"):
        if limit in shape.metadata:
            schema[limit] = shape.metadata[limit]
    return schema


def tokens(shape):
    return [k for k, v in shape.members.items() if v.metadata.get("idempotencyToken")]


def of_argument(argument):
    """The schema of an argument that the AWS CLI describes itself."""
    schema = {"type": argument["type"]}
    if "properties" in argument:
        schema["properties"] = {k: of_argument(v) for k, v in argument["properties"].items()}
        required = [k for k, v in argument["properties"].items() if v.get("required")]
        if required:
            schema["required"] = required
    if "items" in argument:
        schema["items"] = of_argument(argument["items"])
    if "enum" in argument:
        schema["enum"] = argument["enum"]
    return schema


def capitalized(name):
    return name[0].upper() + name[1:]


def main(folder):
    session = botocore.session.get_session()

    def request(service, operation, rename=lambda name: name):
        return of_shape(session.get_service_model(service).operation_model(operation).input_shape, rename)

    def structure(service, name):
        return of_shape(session.get_service_model(service).shape_for(name))

    schemas = {
        "emr-application": request("emr-serverless", "CreateApplication"),
        "emr-job-run": request("emr-serverless", "StartJobRun"),
        "emr-schedule": request("scheduler", "CreateSchedule"),
        "emr-schedule-input": request("emr-serverless", "StartJobRun", capitalized),
        "emr-steps": of_argument(argumentschema.STEPS_SCHEMA),
        "emr-instance-fleets": structure("emr", "InstanceFleetConfigList"),
        "emr-configurations": structure("emr", "ConfigurationList"),
    }
    for name, schema in schemas.items():
        text = json.dumps({"madeWith": MADE_WITH, **schema}, indent=1) + "\n"
        (pathlib.Path(folder) / f"{name}.schema.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
