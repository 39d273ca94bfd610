"""The tables of `bench/compare load`."""


def of_spread(values, decimals, scale=1):
    """`median (least - most)`."""
    if values is None:
        return "-"
    median, least, most = (scale * values[name] for name in ("median", "min", "max"))
    return f"{median:.{decimals}f} ({least:.{decimals}f} - {most:.{decimals}f})"


def table(title, columns, rows):
    """Prints rows of texts under their columns' names, each as wide as its widest."""
    lines = [[title, *columns], *([name, *cells] for name, cells in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    print()
    for first, *rest in lines:
        print("  ".join([first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:]))]))


def star(row, text):
    return text + ("*" if row["driver_busy"] else " ")


def print_saturation(servers):
    rows = []
    for name, row in servers.items():
        most = row["saturation"]
        rows.append((name, [star(most, of_spread(most["rps"], 0)), str(most["connections"]),
                            f"{most['server_share']:.0%}", f"{most['driver_share']:.0%}", f"{row['slo']['ms']:g}",
                            star(most, of_spread(row["slo"]["share_of_saturation"], 0, 100))]))
    table("saturation",
          ["answers/s", "connections", "server busy", "driver busy", "SLO ms", "rate that keeps it, %"], rows)


def print_loads(servers):
    for share in (50, 80):
        rows = []
        for name, row in servers.items():
            load = row[f"at_{share}"]
            latency = load["latency_ms"]
            rows.append((name, [star(load, f"{load['offered_rps']:.0f}"), f"{latency['p50']['median']:.3f}",
                                of_spread(latency["p99"], 3), f"{latency['p99_9']['median']:.2f}",
                                of_spread(load["p99_over_p50"], 1), of_spread(load["window_p99_over_p50"], 1),
                                f"{100 * load['failed_share']:.2f}"]))
        table(f"at {share} %", ["rate", "p50 ms", "p99 ms", "p99.9 ms", "p99/p50", "in windows", "failed %"], rows)


def print_overload(servers):
    for share in (150, 300):
        rows = []
        for name, row in servers.items():
            load = row[f"at_{share}"]
            rows.append((name, [star(load, f"{load['offered_rps']:.0f}"), f"{row['objective_ms']:g}",
                                of_spread(load["goodput_rps"], 0), of_spread(load["share_of_saturation"], 0, 100),
                                f"{100 * load['failed_share']:.0f}", f"{load['p99_ms']:.1f}"]))
        table(f"at {share} %", ["rate", "objective ms", "goodput/s", "% of saturation", "failed %", "p99 ms"], rows)


def print_recovery(servers, recovery_s):
    rows = []
    for name, row in servers.items():
        found = row["recovery"]
        rows.append((name, [star(row["at_300"], of_spread(found["s"], 1)),
                            f"{found['recovered']} of {found['rounds']}"]))
    before, over, after = recovery_s
    table(f"{over:g} s of 300 %, then {after:g} s of 50 %", ["back after s", "rounds"], rows)


def print_beside(found):
    rows = [(when, [of_spread(found[when]["p50_ms"], 3), of_spread(found[when]["p99_ms"], 3),
                    of_spread(found[when]["window_p99_ms"], 3), f"{100 * found[when]['failed_share']:.2f}"])
            for when in ("alone", "beside")]
    table(f"cheap model, {found['cheap_rps']:g}/s", ["p50 ms", "p99 ms", "p99 in windows", "failed %"], rows)
    print(f"beside a model of {found['dear']} a row at 150 % of its {found['dear_saturation_rps']:.0f}/s, whose "
          f"turns take {of_spread(found['slice_ms'], 2)} ms: bound 2 x alone + a turn = {found['p99_bound_ms']:.3f} ms, "
          f"{'kept' if found['within_bound'] else 'not kept'}")


def print_tables(result):
    where, settings = result["machine"], result["settings"]
    print(f"{where['processor']}, {where['cores']} cores, Linux {where['kernel']}; load average at start "
          f"{where['load_average_at_start']:.2f}")
    print(f"{settings['rounds']} rounds of {settings['seconds']} s; "
          f"{'server and driver on a core each' if settings['pinned'] else 'not pinned'}, "
          f"{'before' if settings['before_other_work'] else 'among'} other work; medians (least - most); "
          "*: the driver was the limit")
    for name, reason in result["left_out"].items():
        print(f"{name} is left out: {reason}")
    print_saturation(result["servers"])
    print_loads(result["servers"])
    print_overload(result["servers"])
    print_recovery(result["servers"], settings["recovery_s"])
    print_beside(result["cheap_beside_dear"])
