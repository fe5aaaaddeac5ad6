"""test_results.py RESULTS.xml...: the last lines of tools/test, from what ctest --output-junit wrote.

Names the tests that failed and, with the reason that they gave, those that could not run. Exit code 1 if a test
failed, or could not run where CI=true: there every test has to.
"""
import os
import sys
import xml.etree.ElementTree

SKIPPED = "SKIP_RETURN_CODE=77"  # the message for a test that ended with the exit code of those that cannot run


def main(paths):
    passed, failed, not_run = [], [], {}
    for path in paths:
        preset = os.path.basename(os.path.dirname(path))
        try:
            cases = xml.etree.ElementTree.parse(path).iter("testcase")
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            failed.append(f"{preset}: no results in {path} ({error})")
            continue
        for case in cases:
            name = f"{preset}:{case.get('name')}"
            skipped = case.find("skipped")
            if case.get("status") == "run":
                passed.append(name)
            elif skipped is not None and skipped.get("message") == SKIPPED:
                reason = (case.findtext("system-out", "").strip() or "it did not say why").splitlines()[-1]
                not_run.setdefault(reason, []).append(name)
            else:
                failed.append(name)
    could_not = sum(map(len, not_run.values()))
    if failed:
        print(f"failed: {' '.join(failed)}")
    for reason, names in not_run.items():
        print(f"could not run: {' '.join(names)}\n    because: {reason}")
    print(f"{len(passed)} tests passed, {len(failed)} failed, {could_not} could not run")
    if could_not and os.environ.get("CI") == "true":
        print("CI=true: a test that cannot run is a failure")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
