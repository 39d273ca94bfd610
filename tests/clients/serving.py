"""A server under test: `with Served(pelton, "name=file", …) as address`."""

import subprocess


class Served:
    def __init__(self, pelton, *arguments):
        self.command = [pelton, "serve", "--port", "0", *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://"), line
        return line.strip().removeprefix("listening on http://")

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(60) == 0
