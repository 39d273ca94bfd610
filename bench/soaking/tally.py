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
    """Threads that each do one thing again and again until they are told to stop, and stand still when told to rest."""

    def __init__(self, tally):
        self.tally = tally
        self._threads = []
        self._told = threading.Condition()
        self._word = "go"
        self._standing = 0

    def add(self, what, do, pause):
        """`do()` every `pause` seconds and what it takes itself; it raises where something is wrong."""
        thread = threading.Thread(target=self._work, args=(what, do, pause), name=what, daemon=True)
        self._threads.append(thread)

    def _work(self, what, do, pause):
        while self._may_go_on(pause):
            try:
                do()
                self.tally.good(what)
            except Exception as wrong:  # whatever it is, it is told and counted
                self.tally.bad(what, f"{type(wrong).__name__}: {wrong}")

    def _may_go_on(self, pause):
        with self._told:
            self._told.wait_for(lambda: self._word != "go", pause)
            if self._word == "rest":
                self._standing += 1
                self._told.notify_all()
                self._told.wait_for(lambda: self._word != "rest")
                self._standing -= 1
            return self._word != "stop"

    def _tell(self, word):
        with self._told:
            self._word = word
            self._told.notify_all()

    def _stand_still(self, patience_s):
        self._tell("rest")
        with self._told:
            if not self._told.wait_for(lambda: self._standing == len(self._threads), patience_s):
                self.tally.bad("rest", f"{len(self._threads) - self._standing} still at it after {patience_s} s")

    def run(self, orders, patience_s=30, rested=lambda: None):
        """Obeys the words that come through the pipe `orders`: "rest" (and then `rested()`), "go", "counts", "stop".
        Answers each with the counts once it has been obeyed."""
        for thread in self._threads:
            thread.start()
        while (word := orders.recv()) != "stop":
            if word == "rest":
                self._stand_still(patience_s)
                rested()
            elif word == "go":
                self._tell("go")
            orders.send(self.tally.snapshot())
        self._tell("stop")
        for thread in self._threads:
            thread.join(patience_s)
            if thread.is_alive():
                self.tally.bad(thread.name, f"still at it {patience_s} s after the end")
        orders.send(self.tally.snapshot())
