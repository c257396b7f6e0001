#!/usr/bin/env python3
"""Lets other programs at the database of a run (Python's sqlite3, Optuna, mv and rm) and looks whether the run notices,
says so, reports nothing wrong, and goes on with the result of a run that nobody disturbed.

usage: foreign.py HOLDOUT TEST [COUNT (1)]      TEST: one of the functions below, or `all`; COUNT: rounds of its cases
exit codes: 0 as promised; 1 a promise is broken; 77 Optuna is missing here, and the test is about nothing else
"""
import contextlib, importlib.util, json, os, random, shutil, signal, sqlite3, sys, threading, time

import shared_run
from shared_run import Run, begin, check, conclude, refused

WITH_OPTUNA = importlib.util.find_spec("optuna") is not None


def the_study(run):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.load_study(study_name="others", storage=f"sqlite:///{run.db}")


def delete_study(run):
    import optuna
    optuna.delete_study(study_name="others", storage=f"sqlite:///{run.db}")


def deleted():
    """The study, or trials of it, by Optuna or by SQL."""
    whole = [("row of the study", lambda run: run.sql("delete from studies"))]
    if WITH_OPTUNA:
        whole.append(("optuna.delete_study", delete_study))
    for label, act in whole:
        run = Run()
        code, said = run.disturbed(8, act)
        refused(label, code, said, "its study was deleted by another program", run)
        code, _, said = run.run()
        check(code == 2 and "its study was deleted by another program" in said, f"{label}: then {code}: {said[-300:]}")
        check(run.run("--fresh")[0] == 0, f"{label}: --fresh fails")
        run.check_whole(label)
        run.done()
    for label, which in (("a finished trial", "number = 2"), ("the last trials", "number > 5"), ("all trials", "true"),
                         ("a trial in training", "state = 'RUNNING'")):
        run = Run()
        code, said = run.disturbed(8, lambda run: run.sql(f"delete from trials where {which}"))
        if code == 0 and which.startswith("state"):  # none was at that moment
            run.check_whole(label)
        else:
            refused(label, code, said, "deleted by another program", run)
            run.go_on(label)
        run.done()
    for label, which in (("after the end", "number = 2"), ("the last one, after the end", "number = 59")):
        run = Run()
        run.run()
        run.sql(f"delete from trials where {which}")
        code, out, _ = run.call("report", run.at)
        check("deleted by another program" in out and "interrupted" in out, f"{label}: report says {out[-300:]}")
        run.go_on(label)
        run.done()


def by_sql(run):
    """A trial that would win by far, with the parameters of the first one."""
    run.sql("insert into trials (number, study_id, state) select max(number) + 1, 1, 'COMPLETE' from trials")
    run.sql("insert into trial_values (trial_id, objective, value, value_type) select max(trial_id), 0, -1e9, 'FINITE' "
            "from trials")
    run.sql("insert into trial_params (trial_id, param_name, param_value, distribution_json) select (select max(trial_id) "
            "from trials), param_name, param_value, distribution_json from trial_params where trial_id = 1")


def copied(run):
    """The same, with all that holdout writes beside it."""
    by_sql(run)
    run.sql("insert into trial_user_attributes (trial_id, \"key\", value_json) select (select max(trial_id) from trials), "
            "\"key\", value_json from trial_user_attributes where trial_id = 1")


def added_by_optuna(run):
    import optuna
    study = the_study(run)
    study.enqueue_trial({"model.l2": 1e-3})
    space = study.trials[0].distributions
    study.add_trial(optuna.create_trial(params=study.trials[0].params, distributions=space, value=-1e9))
    study.ask()


def optimized(run):
    the_study(run).optimize(lambda trial: trial.suggest_float("mine", -1, 0) * 1e6, n_trials=3)


def check_foreign(run, label, least=1):
    """Other programs' trials are shown in every report, win in none, and ours are as in the undisturbed run."""
    report = run.report()
    foreign = report.get("foreign", [])
    check(len(foreign) >= least and all(f["what"] == "added" for f in foreign), f"{label}: report.json shows {foreign}")
    check(run.report(["foreign"]) == shared_run.WHOLE.report(), f"{label}: the report differs in more than the section `foreign`")
    check(run.trials_csv().startswith(shared_run.WHOLE.trials_csv()), f"{label}: trials.csv differs before its end")
    check(run.trials_csv().count(",foreign,,") == len(foreign), f"{label}: trials.csv lacks foreign trials")
    check(run.ours() == shared_run.WHOLE.ours(), f"{label}: the stored trials differ")
    numbers = [n for (n,) in run.sql("select number from trials order by number")]
    check(numbers == list(range(len(numbers))), f"{label}: Optuna's numbers have a gap: {numbers}")
    for name in ("best.yaml", "model.json"):
        with open(f"{run.at}/{name}") as ours, open(f"{shared_run.WHOLE.at}/{name}") as whole:
            check(ours.read() == whole.read(), f"{label}: {name} differs")
    for name in ("report.md", "report.html"):
        with open(f"{run.at}/{name}") as f:
            text = f.read()
        check("by another program" in text, f"{label}: {name} does not tell")
        check("-1e+09" not in text.replace("COMPLETE, -1e+09", ""), f"{label}: {name} shows a foreign value as a result")
    told = {"report": run.call("report", run.at), "run": run.run(), "verify": run.call("verify", run.at, "--all"),
            "compare": run.call("compare", run.at, shared_run.WHOLE.at)}
    for name, (code, out, said) in told.items():
        check(code == 0, f"{label}: {name} ends with {code}: {out[-200:]} {said[-200:]}")
        check("by another program" in out, f"{label}: {name} does not tell: {out[-300:]}")
    code, out, said = run.call("verify", run.at, "--trial", str(foreign[0]["number"]))
    check(code == 2 and "added by another program" in said, f"{label}: verify of a foreign trial: {code}: {said}")


def foreign():
    """Trials that no search asked for: during a run, between two, and after the end."""
    ways = [by_sql, copied] + ([added_by_optuna, optimized] if WITH_OPTUNA else [])
    for act in ways:
        label = act.__name__
        run = Run()
        code, said = run.disturbed(8, act)
        check(code == 0, f"{label}, during the run: exit {code}: {said[-300:]}")
        if code == 0:
            check_foreign(run, label + ", during the run")
        run.done()

        run = Run()
        run.killed(8)
        act(run)
        code, _, said = run.run()
        check(code == 0, f"{label}, after a kill: exit {code}: {said[-300:]}")
        if code == 0:
            check_foreign(run, label + ", after a kill")
        run.done()

        run = Run()
        run.run()
        act(run)
        check(run.run()[0] == 0, f"{label}, after the end: exit code")
        check_foreign(run, label + ", after the end")
        run.done()


def optimizing():
    """Optuna searches in the same study all the time that the run does."""
    need_optuna()
    run, end, began = Run(), threading.Event(), threading.Event()
    run.killed(4)  # a run of a second is over before Optuna is there
    failures = []

    def search():
        try:
            study = the_study(run)
            while not end.is_set():
                study.optimize(lambda trial: trial.suggest_float("mine", -1, 0) * 1e6, n_trials=1)
                began.set()
        except Exception as e:
            failures.append(e)
            began.set()

    other = threading.Thread(target=search)
    other.start()
    began.wait(60)
    p = run.start()
    said = p.communicate(timeout=600)[1].decode()
    end.set()
    other.join()
    check(not failures, f"Optuna beside a run: {failures}")
    check(p.returncode == 0, f"beside Optuna: exit {p.returncode}: {said[-300:]}")
    if p.returncode == 0:
        run.call("report", run.at)
        check_foreign(run, "beside Optuna")
    run.done()


def edited():
    """Stored trials changed by SQL, in a run that goes on, that was killed, and that has ended."""
    changes = [("value", "update trial_values set value = -1e9 where trial_id = 3"),
               ("state", "update trials set state = 'FAIL' where trial_id = 3"),
               ("state back", "update trials set state = 'RUNNING' where trial_id = 3"),
               ("parameter", "update trial_params set param_value = param_value * 0.5 where trial_id = 3 and param_name "
                             "= 'model.l2'"),
               ("value gone", "delete from trial_values where trial_id = 3"),
               ("number", "update trials set number = number + 1000")]
    for label, statement in changes:
        harmless = label == "number"
        run = Run()
        run.run()
        run.sql(statement)
        code, out, said = run.call("report", run.at)
        check(code == 0, f"{label}, after the end: report ends with {code}: {said[-300:]}")
        check(harmless or ("changed by another program" in out and "interrupted" in out), f"{label}: report says {out}")
        check(run.report()["best"]["value"] > -1, f"{label}: the changed trial wins")
        code, _, said = run.run()
        check(code == 0, f"{label}, after the end: going on ends with {code}: {said[-300:]}")
        check(run.report() == shared_run.WHOLE.report(), f"{label}, after the end: the report differs")
        run.done()

        run = Run()
        run.killed(8)
        run.sql(statement)
        code, _, said = run.run()
        check(code == 0, f"{label}, after a kill: going on ends with {code}: {said[-300:]}")
        check(harmless or "trial 2 of study.db was changed by another program: it is trained again" in said,
              f"{label}, after a kill: says {said[-300:]}")
        check(code != 0 or run.report() == shared_run.WHOLE.report(), f"{label}, after a kill: the report differs")
        run.done()

        run = Run()
        code, said = run.disturbed(8, lambda run: run.sql(statement))
        if harmless:
            check(code == 0 and run.report() == shared_run.WHOLE.report(), f"{label}, during the run: exit {code}, or another report")
        else:
            refused(f"{label}, during the run", code, said, "by another program", run)
            code, _, said = run.run()
            check(code == 0 and run.report() == shared_run.WHOLE.report(), f"{label}: then {code}, or another report: {said[-300:]}")
        run.done()


def holding_lock(run, p, then):
    """Holds the lock for writing while then() acts. -> what that gave"""
    with contextlib.closing(sqlite3.connect(run.db, timeout=30, isolation_level=None)) as db:
        db.execute("begin immediate")
        before = run.stored()
        result = then(before)
        check(run.stored() == before, "something was stored in spite of a lock")
        db.execute("rollback")
    return result


def locked():
    """Another program holds the lock: training goes on, what is finished waits; a signal ends that at once."""
    run = Run()
    p = run.start()
    run.wait_for(p, 4)
    said = []

    def listen():
        said.extend(line.decode() for line in p.stderr)

    listener = threading.Thread(target=listen)
    listener.start()

    def told(before):
        begun = time.time()
        while not any("another program keeps study.db locked: " in line for line in said) and time.time() - begun < 60:
            time.sleep(0.05)
        check(f"locked: {before} finished trials are stored, " in "".join(said), f"a lock: says {said}")
        time.sleep(1)
        check(p.poll() is None, f"a lock ends the run with {p.returncode}: {said}")

    holding_lock(run, p, told)
    p.wait(timeout=600)
    listener.join()
    check(p.returncode == 0, f"after a lock: exit {p.returncode}: {said}")
    check("study.db is free again" in "".join(said), f"after a lock: says {said}")
    run.check_whole("after a lock")
    run.done()

    for which in (signal.SIGINT, signal.SIGTERM):
        run = Run()
        p = run.start()
        run.wait_for(p, 4)

        def interrupted(before):
            time.sleep(0.5)
            begun = time.time()
            p.send_signal(which)
            words = p.communicate(timeout=60)[1].decode()
            print(f"  signal {which} while another program held the lock: ended after {time.time() - begun:.2f} s")
            return words

        words = holding_lock(run, p, interrupted)
        check(p.returncode == 128 + which, f"signal {which} beside a lock: exit {p.returncode}: {words[-300:]}")
        check("could not be stored" in words and "to go on:" in words, f"signal {which} beside a lock: says {words}")
        if os.path.exists(run.at + "/report.json"):  # there may be no time to write it
            with open(run.at + "/report.json") as f:
                check(json.load(f)["run"]["interrupted"], f"signal {which} beside a lock: the report is called whole")
        run.go_on(f"signal {which} beside a lock")
        run.done()


def moved():
    """The folder, the database or its log are moved or removed while the run goes on."""
    for label, act, words in (
            ("folder moved", lambda run: os.rename(run.at, run.base + "/there"), "was deleted or moved by another program"),
            ("folder removed", lambda run: shutil.rmtree(run.at), "was deleted or moved by another program"),
            ("database moved", lambda run: os.rename(run.db, run.db + ".old"), "was deleted or moved by another program"),
            ("database removed", lambda run: os.remove(run.db), "was deleted or moved by another program"),
            ("log removed", lambda run: os.remove(run.db + "-wal"), "its log, "),
            ("all removed", lambda run: [os.remove(run.db + end) for end in ("", "-wal", "-shm")],
             "was deleted or moved by another program")):
        run = Run()
        code, said = run.disturbed(8, act)
        refused(label, code, said, words, run)
        if label == "folder moved":
            run.at = run.base + "/there"
            check(run.stored() >= 8, f"{label}: stored trials are lost")
            run.go_on(label)
        elif label in ("folder removed", "database removed", "all removed"):
            run.go_on(label)
        run.done()


def replaced():
    """Another file stands in the place of the database."""
    def by_copy(run):
        shutil.copy(run.db, run.db + ".copy")
        os.rename(run.db + ".copy", run.db)

    def by_other(run):
        shutil.copy(shared_run.WHOLE.db, run.db + ".copy")
        os.rename(run.db + ".copy", run.db)

    def by_text(run):
        with open(run.db + ".copy", "w") as f:
            f.write("not a database\n" * 1000)
        os.rename(run.db + ".copy", run.db)

    for act in (by_copy, by_other, by_text):
        run = Run()
        code, said = run.disturbed(8, act)
        refused(f"replaced {act.__name__}", code, said, "was replaced by another program", run)
        run.done()


def overwritten():
    """The bytes of the database are others, or fewer."""
    def truncated(size):
        return lambda run: os.truncate(run.db, size(os.path.getsize(run.db)))

    def garbage(first, length):
        def act(run):
            with open(run.db, "r+b") as f:
                f.seek(first)
                f.write(random.Random(3).randbytes(length))
        return act

    for label, act in (("cut to nothing", truncated(lambda n: 0)), ("cut to 100 bytes", truncated(lambda n: 100)),
                       ("cut to a half", truncated(lambda n: n // 2)), ("garbage at the front", garbage(0, 8192)),
                       ("garbage behind the first page", garbage(4096, 65536))):
        run = Run()
        code, said = run.disturbed(8, act)
        check(code == 1, f"{label}: exit {code}: {said[-300:]}")
        check(any(word in said for word in ("by another program", "damaged", "no database")), f"{label}: says {said[-300:]}")
        check(not os.path.exists(run.at + "/report.json"), f"{label}: wrote a report")
        run.done()


def need_optuna():
    if not WITH_OPTUNA:
        print("skipped: no optuna here")
        sys.exit(77)


TESTS = [deleted, foreign, optimizing, edited, locked, moved, replaced, overwritten]

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in [t.__name__ for t in TESTS] + ["all"]:
        sys.exit(__doc__ + "\nTESTs: " + " ".join(t.__name__ for t in TESTS))
    if problem := begin(sys.argv[1]):
        sys.exit(problem)
    for test in TESTS:
        if sys.argv[2] in (test.__name__, "all"):
            print(test.__name__, flush=True)
            for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
                test()
    conclude()
