import EngramHost
