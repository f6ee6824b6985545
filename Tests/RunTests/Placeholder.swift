import EngramRun
