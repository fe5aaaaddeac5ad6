"""What tools/run says and installs, and how tools/test ends.

    python3 scripts_test.py PROGRAM

The scripts run in a copy of their folder, with programs beside them that only note down what they are called with.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ONLY_FOR_TESTS = ("catch2", "python3", "iproute2", "nftables", "tcpdump", "strace", "clang-format")
REAL = ("awk", "bash", "basename", "cat", "dirname", "env", "grep", "python3", "realpath")


class Scripts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        shutil.copytree(os.path.join(PROJECT, "tools"), self.path("tools"))
        shutil.copytree(os.path.join(PROJECT, "testdata", "sample"), self.path("testdata", "sample"))
        os.makedirs(self.path("build", "program"))
        os.symlink(PROGRAM, self.path("build", "program", "deadpeer"))
        os.mkdir(self.path("bin"))
        for name in REAL:
            os.symlink(shutil.which(name), self.path("bin", name))
        for name in ("apt-get", "cmake"):
            self.fake(name, f'echo {name} "$@" >>"{self.path("calls")}"')
        self.fake("dpkg-query", "exit 1")  # nothing is installed
        self.fake("id", "echo 0")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def fake(self, name, text):
        with open(self.path("bin", name), "w") as file:
            file.write(f"#!{shutil.which('sh')}\n{text}\n")
        os.chmod(self.path("bin", name), 0o755)

    def run_it(self, *arguments, **environment):
        return subprocess.run([self.path("bin", "bash"), self.path("tools", "run"), *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder, check=False,
                              env={"PATH": self.path("bin"), **environment})

    def calls(self):
        if not os.path.exists(self.path("calls")):
            return []
        with open(self.path("calls")) as file:
            return file.read().splitlines()

    def test_arguments_come_first(self):
        cases = (("--help", 0, ""), ("--shwo", 1, "run: there is no option --shwo; see tools/run --help\n"),
                 ("no.pcap", 3, "run: there is no file no.pcap\n"),
                 ("tools", 3, "run: tools is a directory; name the captures in it\n"))
        for argument, code, error in cases:
            with self.subTest(argument):
                done = self.run_it(argument)
                self.assertEqual((done.returncode, done.stderr), (code, error))
                self.assertEqual(self.calls(), [])
        self.assertIn("usage: tools/run [--show] [FILE...]", self.run_it("--help").stdout)

    def test_what_is_missing_is_installed_and_said(self):
        done = self.run_it()
        self.assertEqual(self.calls()[0], "apt-get update -qq")
        self.assertIn(" libpcap-dev ", self.calls()[1])
        self.assertIn(" g++", self.calls()[1])
        self.assertIn("run: installing what is missing: apt-get install --no-install-recommends cmake ", done.stderr)
        for package in ONLY_FOR_TESTS:
            self.assertNotIn(package, self.calls()[1])

    def test_another_compiler(self):
        for compiler, package in (("clang++", "clang"), ("clang++-19", "clang-19"), ("g++-14", "g++-14")):
            with self.subTest(compiler):
                self.run_it(CXX=compiler)
                installed = self.calls()[-3].split()
                self.assertIn(package, installed)
                self.assertNotIn("g++", installed)

    def test_nobody_there_to_install(self):
        self.fake("id", "echo 1000")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("As root: apt-get install --no-install-recommends cmake ", done.stderr)
        self.assertEqual(self.calls(), [])

    def test_summary_comes_last(self):
        self.fake("dpkg-query", "echo installed")
        page = self.path("report", "incidents.html")
        summary = subprocess.run([PROGRAM, self.path("testdata", "sample", "capture.pcap"), "-o", self.path("report"),
                                  "--html", page], text=True, stdout=subprocess.PIPE, check=True).stdout
        brief, full = self.run_it(), self.run_it("--show")
        self.assertEqual((brief.returncode, brief.stdout), (0, summary))
        self.assertEqual(full.returncode, 0)
        self.assertTrue(full.stdout.endswith("\n\n" + summary), full.stdout)
        self.assertIn("== flows.csv", full.stdout)
        self.assertTrue(summary.endswith(f"\nReports: {self.path('report')}\nIncident report: {page}\n"), summary)
        self.assertTrue(os.path.exists(page))

    def test_results(self):
        skipped = '<testcase name="{}" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>' \
                  "<system-out>no\nit lacks rights\n</system-out></testcase>"
        passed, failed = '<testcase name="a" status="run"/>', '<testcase name="b" status="fail"/>'
        not_found = '<testcase name="c" status="notrun"><skipped message="Unable to find executable"/></testcase>'
        lacking = "could not run: release:d release:e\n    because: it lacks rights\n"
        cases = (
            (passed, "true", 0, "1 tests passed, 0 failed, 0 could not run\n"),
            (passed + failed + not_found, "", 1,
             "failed: release:b release:c\n1 tests passed, 2 failed, 0 could not run\n"),
            (passed + skipped.format("d") + skipped.format("e"), "", 0,
             lacking + "1 tests passed, 0 failed, 2 could not run\n"),
            (passed + skipped.format("d") + skipped.format("e"), "true", 1,
             lacking + "1 tests passed, 0 failed, 2 could not run\nCI=true: a test that cannot run is a failure\n"),
        )
        os.mkdir(self.path("release"))
        for tests, continuous, code, output in cases:
            with self.subTest(output):
                with open(self.path("release", "tests.xml"), "w") as file:
                    file.write(f"<testsuite>{tests}</testsuite>")
                done = subprocess.run([sys.executable, self.path("tools", "test_results.py"),
                                       self.path("release", "tests.xml")], text=True, stdout=subprocess.PIPE,
                                      env={"CI": continuous}, check=False)
                self.assertEqual((done.returncode, done.stdout), (code, output))
        done = subprocess.run([sys.executable, self.path("tools", "test_results.py"), self.path("no", "tests.xml")],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn(f"no results in {self.path('no', 'tests.xml')}", done.stdout)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
