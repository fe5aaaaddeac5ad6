"""The Debian package that cpack makes: what is in it, and that lintian, where it is installed, has nothing to say.

    python3 package_test.py CPACK BUILD_FOLDER VERSION
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

EXPECTED = {
    "etc/default/deadpeer",
    "usr/bin/deadpeer",
    "usr/lib/systemd/system/deadpeer.service",
    "usr/share/bash-completion/completions/deadpeer",
    "usr/share/deadpeer/cluster/parallel",
    "usr/share/deadpeer/cluster/slurm",
    "usr/share/deadpeer/deadpeer.schema.json",
    "usr/share/deadpeer/monitoring/README.md",
    "usr/share/deadpeer/monitoring/dashboard.json",
    "usr/share/deadpeer/monitoring/deadpeer.rules.yml",
    "usr/share/deadpeer/wireshark/colorfilters",
    "usr/share/deadpeer/wireshark/deadpeer.lua",
    "usr/share/doc/deadpeer/README.md",
    "usr/share/doc/deadpeer/changelog.gz",
    "usr/share/doc/deadpeer/copyright",
    "usr/share/fish/vendor_completions.d/deadpeer.fish",
    "usr/share/man/man1/deadpeer.1.gz",
    "usr/share/zsh/vendor-completions/_deadpeer",
}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def main():
    cpack, build, version = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        run(cpack, "-G", "DEB", "--config", f"{build}/CPackConfig.cmake", "-B", folder)
        (package,) = glob.glob(f"{folder}/*.deb")
        assert os.path.basename(package).startswith(f"deadpeer_{version}_"), package
        run("dpkg-deb", "-R", package, f"{folder}/x")
        found = {os.path.relpath(os.path.join(path, name), f"{folder}/x")
                 for path, _, names in os.walk(f"{folder}/x") for name in names}
        control = {name for name in found if name.startswith("DEBIAN/")}
        assert found - control == EXPECTED, (found - control) ^ EXPECTED
        for script in ("postinst", "prerm", "postrm"):
            run("sh", "-n", f"{folder}/x/DEBIAN/{script}")
        with open(f"{folder}/x/DEBIAN/control", encoding="utf-8") as file:
            fields = dict(line.split(": ", 1) for line in file.read().splitlines() if ": " in line and line[0] != " ")
        assert fields["Package"] == "deadpeer" and "libpcap0.8" in fields["Depends"], fields
        with open(f"{folder}/x/usr/lib/systemd/system/deadpeer.service", encoding="utf-8") as file:
            assert "\nExecStart=/usr/bin/deadpeer " in file.read()
        assert version in run(f"{folder}/x/usr/bin/deadpeer", "--version")
        if shutil.which("lintian"):
            said = run("lintian", "--allow-root", "--fail-on", "error,warning", package)
            assert said == "", said


main()
