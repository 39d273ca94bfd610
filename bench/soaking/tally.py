"""Counts of what was asked and what came of it, gathered in one process and told to another."""

import threading


class Tally:
    """Counts by name, of many threads; and the first few descriptions of what went wrong."""

    MOST_TOLD = 20

    def __init__(self):
        self._lock = threading.Lock()
        self._good = {}
        self._bad = {}
        self._told = []

    def good(self, what):
        with self._lock:
            self._good[what] = self._good.get(what, 0) + 1

    def bad(self, what, why):
        with self._lock:
            self._bad[what] = self._bad.get(what, 0) + 1
            if self._bad[what] <= self.MOST_TOLD:
                self._told.append(f"{what}: {why}")

    def snapshot(self):
        with self._lock:
            return dict(self._good), dict(self._bad), list(self._told)


class Gang:
    """Threads that each do one thing again and again until they are told to stop."""

    def __init__(self, tally):
        self.tally = tally
        self.over = threading.Event()
        self._threads = []

    def add(self, what, do, pause):
        """`do()` every `pause` seconds and what it takes itself; it raises where something is wrong."""
        thread = threading.Thread(target=self._work, args=(what, do, pause), name=what, daemon=True)
        self._threads.append(thread)

    def _work(self, what, do, pause):
        while not self.over.is_set():
            try:
                do()
                self.tally.good(what)
            except Exception as wrong:  # whatever it is, it is told and counted
                self.tally.bad(what, f"{type(wrong).__name__}: {wrong}")
            self.over.wait(pause)

    def run(self, orders, patience_s=30):
        """Works until a word comes through the pipe `orders`; tells counts through it, at every word and at last."""
        for thread in self._threads:
            thread.start()
        while orders.recv() != "stop":
            orders.send(self.tally.snapshot())
        self.over.set()
        for thread in self._threads:
            thread.join(patience_s)
            if thread.is_alive():
                self.tally.bad(thread.name, f"still at it {patience_s} s after the end")
        orders.send(self.tally.snapshot())
