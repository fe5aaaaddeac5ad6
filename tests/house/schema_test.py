"""Each row of JSON Lines is as the schema says, which is made of the same tables.

    python3 schema_test.py PROGRAM SCHEMA TESTDATA
"""
import json
import os
import subprocess
import sys
import tempfile

import jsonschema

STORIES = ("sample", "host_rebooted_ipv6", "idle_connections_fill_server", "pcapng_mixed_links")


def main():
    program, path, testdata = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    count, incident = 0, None
    for story in STORIES:
        (capture,) = [name for name in os.listdir(f"{testdata}/{story}") if name.startswith("capture.")]
        for words in ([], ["--time", "epoch"]):
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([program, "-q", f"{testdata}/{story}/{capture}", "-o", folder, "--format", "jsonl", *words],
                               check=True)
                assert sorted(os.listdir(folder)) == sorted(f"{report}.jsonl" for report in schema["$defs"])
                for report, definition in schema["$defs"].items():
                    validator = jsonschema.Draft202012Validator(definition)
                    with open(f"{folder}/{report}.jsonl", encoding="utf-8") as file:
                        rows = [json.loads(line) for line in file]
                    for row in rows:
                        validator.validate(row)
                        assert list(row) == list(definition["properties"]), (report, row)
                    count += len(rows)
                    incident = rows[0] if report == "incidents" and rows else incident
    assert count > 100, count
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(incident) and not validator.is_valid({**incident, "incident": "1"}), incident
    assert not validator.is_valid({"incident": 1})


main()
